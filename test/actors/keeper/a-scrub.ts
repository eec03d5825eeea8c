/** A scrub without disk, master or time: the clock moves when somebody waits. */
import pino from 'pino';
import { Scrub, type ScrubClock, type ScrubWorld } from '../../../src/actors/keeper/scrub.js';
import { Verifications } from '../../../src/actors/keeper/verifications.js';
import { digest, type FileId, keeperId } from '../../../src/domain/ids.js';
import type { Reading, ReadPause, VerifyOutcome } from '../../../src/storage/verify-replica.js';
import { idOf } from '../../domain/replication-builders.js';

export const mib = 1024 ** 2;
export const dayMs = 86_400_000;
const partBytes = 32 * mib;

export interface AReplica {
  readonly number: number;
  readonly size?: number;
  ageMs?: number;
  outcome?: VerifyOutcome['outcome'];
}

export class AScrub implements ScrubClock {
  readonly scrub: Scrub;
  readonly replicas: readonly AReplica[];
  /** What happened, in order. */
  readonly log: string[] = [];
  readonly waits: number[] = [];
  pageLength = 2;
  diskSuspect = false;
  isMasterAway = false;
  /** Verdicts on these are not taken. */
  readonly untaken = new Set<number>();
  /** Called when the reading of a replica begins. */
  onRead: (number: number) => void = () => undefined;
  /** Called with each wait; what it throws ends it. */
  onWait: (ms: number) => void = () => undefined;
  #nowMs = 5_000;

  constructor(replicas: readonly AReplica[], scrubEveryMs = 30 * dayMs) {
    this.replicas = replicas;
    const self = this;
    const verify = (id: FileId, _: unknown, how: Reading = {}) => this.#verify(id, how.pause);
    const world: ScrubWorld = {
      config: { scrubEveryMs },
      log: pino({ level: 'silent' }),
      verifications: new Verifications({ verify }, 2),
      link: {
        listReplicas: async (after) => this.#list(after),
        reportVerified: async (id, outcome) => this.#hear(numberOf(id), outcome),
      },
      store: {
        get diskSuspect() {
          return self.diskSuspect;
        },
        usedBytes: replicas.reduce((sum, { size = 1 }) => sum + size, 0),
        identity: { keeperId: keeperId('k1') } as ScrubWorld['store']['identity'],
      },
    };
    this.scrub = new Scrub(world, this);
  }

  nowMs(): number {
    return this.#nowMs;
  }

  async wait(ms: number, signal: AbortSignal): Promise<void> {
    this.waits.push(ms);
    this.onWait(ms);
    signal.throwIfAborted();
    this.#nowMs += ms;
    for (const replica of this.replicas) if (replica.ageMs !== undefined) replica.ageMs += ms;
  }

  /** Steps and waits until so many passes are over. */
  async pass(count = 1): Promise<void> {
    const { signal } = new AbortController();
    for (let passed = 0; passed < count; ) {
      const before = this.scrub.progress.percent;
      const step = await this.scrub.step();
      if (step.type !== 'busy') await this.wait(step.waitMs, signal);
      else if (before < 100 && this.scrub.progress.percent === 100) passed += 1;
    }
  }

  /** Lets the loop run until its `count`th wait. */
  async run(count: number): Promise<void> {
    const stop = new AbortController();
    const end = this.waits.length + count;
    this.onWait = () => {
      if (this.waits.length >= end) stop.abort();
    };
    await this.scrub.run(stop.signal);
  }

  #hear(number: number, outcome: string): void {
    if (this.untaken.has(number)) throw new Error('the master does not answer');
    this.log.push(`${outcome} ${number}`);
  }

  #list(after: FileId | undefined) {
    if (this.isMasterAway) throw new Error('the master is away');
    const left = this.replicas.filter(({ number }) => after === undefined || idOf(number) > after);
    const page = left.slice(0, this.pageLength);
    this.log.push(`page of ${page.map(({ number }) => number).join(' ')}`);
    const last = left.length > page.length ? page.at(-1) : undefined;
    return {
      replicas: page.map(({ number, size = 1, ageMs = 30 * dayMs }) => ({
        fileId: idOf(number),
        size,
        digest: digest('0'.repeat(64)),
        ageMs,
      })),
      next: last && idOf(last.number),
    };
  }

  async #verify(id: FileId, pause: ReadPause = async () => undefined): Promise<VerifyOutcome> {
    const replica = this.replicas.find(({ number }) => idOf(number) === id);
    const { size = 1, outcome = 'sound' } = replica ?? {};
    this.log.push(`read ${numberOf(id)}`);
    this.onRead(numberOf(id));
    for (let left = size - partBytes; left > 0; left -= partBytes) await pause(partBytes);
    if (outcome === 'sound' || outcome === 'absent') return { outcome };
    return { outcome, reason: 'so it is' };
  }
}

const numberOf = (id: FileId): number => Number.parseInt(id, 16);
