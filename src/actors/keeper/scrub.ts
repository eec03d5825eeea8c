/**
 * Reads the replicas of this keeper again, slowly and for ever, and tells the master what it found.
 *
 * What is to be there, and which digest it is to have, is what the master's table says, never the
 * manifest beside the bytes. A step is one page of that, or one replica. A replica that is being
 * read when the session is lost is read to its end, however often that happens, for the largest
 * take hours. The pass goes on behind it when the keeper serves again.
 *
 * A disk that fails is read on: which of its replicas can still be read is known by nothing else.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { backoffMs } from '../../domain/backoff.js';
import { ReelkeepError } from '../../domain/errors.js';
import type { Digest, FileId } from '../../domain/ids.js';
import type { ScrubProgress } from '../../domain/keeper-scrub.js';
import {
  isDue,
  nextPassMs,
  paceOf,
  pauseMs,
  percentBefore,
  scrubLimits,
} from '../../domain/scrub.js';
import type { VerifyOutcome } from '../../storage/verify-replica.js';
import { UnreadReplicas } from './unread-replicas.js';
import type { KeeperWorld } from './world.js';

export type ScrubStep =
  | { readonly type: 'busy' }
  /** There is more to do, after so long. */
  | { readonly type: 'throttled'; readonly waitMs: number }
  /** There may be more to do by then. */
  | { readonly type: 'idle'; readonly waitMs: number };

/** Another one in tests. */
export interface ScrubClock {
  /** Monotonic. */
  nowMs(): number;
  /** Rejects when the signal is aborted. */
  wait(ms: number, signal: AbortSignal): Promise<unknown>;
}

interface Held {
  readonly fileId: FileId;
  /** Since it was last verified, when the page was asked for. */
  readonly ageMs: number;
  /** Bytes. */
  readonly size: number;
  readonly digest: Digest;
}

interface Page {
  readonly askedAtMs: number;
  /** Still to be read. */
  readonly due: Held[];
  /** After which the next page begins. */
  readonly next: FileId | undefined;
}

interface Pass {
  readonly begunAtMs: number;
  readonly bytesPerSecond: number;
  /** The last replica that was looked at. */
  after: FileId | undefined;
  /** The last one that could not be dealt with: it was not told of, or not even looked at. */
  failed: FileId | undefined;
  page: Page | undefined;
  /** Of the replicas that were met and not read again: when the oldest of them was verified. */
  oldestAtMs: number | undefined;
}

export type ScrubWorld = Pick<KeeperWorld, 'log' | 'verifications'> & {
  readonly config: Pick<KeeperWorld['config'], 'scrubEveryMs'>;
  readonly link: Pick<KeeperWorld['link'], 'listReplicas' | 'reportVerified'>;
  readonly store: Pick<KeeperWorld['store'], 'diskSuspect' | 'identity' | 'usedBytes'>;
};

export class Scrub {
  readonly #world: ScrubWorld;
  readonly #clock: ScrubClock;
  readonly #unread = new UnreadReplicas();
  readonly #stopping = new AbortController();
  #running: Promise<void> = Promise.resolve();
  #pass: Pass | undefined;
  #passes = 0;
  #nextPassAtMs: number | undefined;
  #passedAtMs: number | undefined;
  #oldestAtMs: number | undefined;
  #checked = 0;
  #quarantined = 0;

  constructor(world: ScrubWorld, clock: ScrubClock = realClock) {
    this.#world = world;
    this.#clock = clock;
  }

  get progress(): ScrubProgress {
    const passedAtMs = this.#passedAtMs;
    return {
      checked: this.#checked,
      percent: this.#percent(),
      quarantined: this.#quarantined,
      unreadable: this.#unread.count,
      ...(passedAtMs !== undefined && { passedMs: Math.round(this.#clock.nowMs() - passedAtMs) }),
    };
  }

  /** Since the replica that was verified longest ago was, by the last whole pass; unknown before one. */
  get oldestAgeMs(): number | undefined {
    return this.#oldestAtMs === undefined ? undefined : this.#clock.nowMs() - this.#oldestAtMs;
  }

  /** Until the signal is aborted. What an earlier run still reads comes to its end first. */
  run(signal: AbortSignal): Promise<void> {
    this.#running = this.#running.then(() => this.#loop(signal));
    return this.#running;
  }

  /** What is being read is not read to its end, and not told of. */
  stop(): void {
    this.#stopping.abort(new ReelkeepError('unavailable', 'the keeper is stopping'));
  }

  async #loop(signal: AbortSignal): Promise<void> {
    if (this.#pass !== undefined) this.#pass.page = undefined;
    let failures = 0;
    while (!signal.aborted) {
      try {
        const step = await this.step();
        failures = 0;
        if (step.type !== 'busy') await this.#clock.wait(step.waitMs, signal);
      } catch (error) {
        if (signal.aborted) return;
        failures += 1;
        const waitMs = backoffMs(failures, this.#keeper, scrubLimits.retry);
        this.#world.log.warn({ err: error, waitMs: Math.round(waitMs) }, 'scrubbing failed');
        await this.#clock.wait(waitMs, signal).catch(() => undefined);
      }
    }
  }

  /** @throws what the master answers, and what a reading fails with that is not of the disk */
  async step(): Promise<ScrubStep> {
    const nowMs = this.#clock.nowMs();
    this.#nextPassAtMs ??= nowMs + this.#nextPassMs();
    const restMs = this.#nextPassAtMs - nowMs;
    if (this.#pass === undefined && restMs > 0)
      return { type: 'idle', waitMs: Math.min(restMs, scrubLimits.restMaxMs) };
    this.#pass ??= this.#beginPass(nowMs);
    const pass = this.#pass;
    const { page } = pass;
    if (page === undefined || nowMs - page.askedAtMs > scrubLimits.pageLifeMs)
      return await this.#turnPage(pass, pass.after);
    const replica = page.due.shift();
    if (replica !== undefined) return await this.#dealWith(replica, pass);
    if (page.next === undefined) return this.#endPass(pass);
    pass.after = page.next;
    return await this.#turnPage(pass, page.next);
  }

  #beginPass(nowMs: number): Pass {
    const { store, config } = this.#world;
    this.#passes += 1;
    this.#checked = 0;
    const bytesPerSecond = paceOf(store.usedBytes, config.scrubEveryMs);
    const place = { after: undefined, failed: undefined, page: undefined, oldestAtMs: undefined };
    return { begunAtMs: nowMs, bytesPerSecond, ...place };
  }

  #endPass(pass: Pass): ScrubStep {
    const nowMs = this.#clock.nowMs();
    this.#pass = undefined;
    this.#passedAtMs = nowMs;
    this.#oldestAtMs = pass.oldestAtMs ?? nowMs;
    this.#nextPassAtMs = pass.begunAtMs + this.#nextPassMs();
    this.#unread.endPass();
    const { checked, quarantined, unreadable } = this.progress;
    const level = checked > 0 ? 'info' : 'debug';
    this.#world.log[level]({ checked, quarantined, unreadable }, 'scrub has passed');
    return { type: 'busy' };
  }

  async #turnPage(pass: Pass, after: FileId | undefined): Promise<ScrubStep> {
    const { config, link } = this.#world;
    const { replicas, next } = await link.listReplicas(after);
    const due = replicas.filter(({ ageMs }) => isDue(ageMs, config.scrubEveryMs));
    const askedAtMs = this.#clock.nowMs();
    for (const { ageMs } of replicas)
      if (!isDue(ageMs, config.scrubEveryMs)) noteAge(pass, askedAtMs - ageMs);
    pass.page = { askedAtMs, due, next };
    if (due.length > 0 || next === undefined) return { type: 'busy' };
    return { type: 'throttled', waitMs: scrubLimits.pageEveryMs };
  }

  /**
   * A verdict that the master did not take is made again, once it answers: what was true then may
   * not be true now. A replica that fails a second time waits for the next pass.
   */
  async #dealWith(replica: Held, pass: Pass): Promise<ScrubStep> {
    try {
      const step = await this.#readAgain(replica, pass);
      pass.after = replica.fileId;
      return step;
    } catch (error) {
      if (pass.failed === replica.fileId) pass.after = replica.fileId;
      pass.failed = replica.fileId;
      pass.page = undefined;
      throw error;
    }
  }

  async #readAgain(replica: Held, pass: Pass): Promise<ScrubStep> {
    const { signal } = this.#stopping;
    const { bytesPerSecond } = pass;
    const verifiedAtMs = this.#clock.nowMs() - replica.ageMs;
    let sinceMs = this.#clock.nowMs();
    let paidBytes = 0;
    const pauseFor = (bytes: number): number =>
      pauseMs(bytes, this.#clock.nowMs() - sinceMs, bytesPerSecond);
    const found = await this.#world.verifications.readAtLeisure(
      replica.fileId,
      replica,
      async (bytes) => {
        await this.#clock.wait(pauseFor(bytes), signal);
        paidBytes += bytes;
        sinceMs = this.#clock.nowMs();
      },
    );
    // What could not be read because the pool was closed says nothing of the disk.
    signal.throwIfAborted();
    const readBytes = found.outcome === 'sound' ? replica.size - paidBytes : 0;
    const waitMs = pauseFor(Math.max(readBytes, scrubLimits.replicaBytesMin));
    if (found.outcome === 'unknown') noteAge(pass, verifiedAtMs);
    this.#checked += 1;
    await this.#tell(replica.fileId, found);
    return { type: 'throttled', waitMs };
  }

  async #tell(id: FileId, found: VerifyOutcome): Promise<void> {
    const { link, log, store } = this.#world;
    const reason = 'reason' in found ? found.reason : '';
    if (found.outcome !== 'sound') {
      // It may have been dropped by now, as it was ordered.
      const level = found.outcome === 'absent' ? 'info' : 'warn';
      log[level]({ file: id, ...found }, 'scrub found a replica that is not sound');
    }
    if (found.outcome !== 'unknown') {
      this.#unread.forget(id);
      await link.reportVerified(id, found.outcome, reason);
      if (found.outcome === 'quarantined') this.#quarantined += 1;
    } else if (this.#unread.note(id) || store.diskSuspect)
      await link.reportVerified(id, 'unreadable', reason);
  }

  #percent(): number {
    if (this.#pass === undefined) return 100;
    return this.#pass.after === undefined ? 0 : percentBefore(this.#pass.after);
  }

  #nextPassMs(): number {
    return nextPassMs(this.#keeper, this.#passes, this.#world.config.scrubEveryMs);
  }

  get #keeper(): string {
    return this.#world.store.identity.keeperId;
  }
}

function noteAge(pass: Pass, verifiedAtMs: number): void {
  pass.oldestAtMs = Math.min(pass.oldestAtMs ?? verifiedAtMs, verifiedAtMs);
}

const realClock: ScrubClock = {
  nowMs: () => performance.now(),
  wait: (ms, signal) => delay(ms, undefined, { signal }),
};
