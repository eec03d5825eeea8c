/** Gives the store-replica machine a staged replica to act on, and its caller two promises. */
import { createActor, fromPromise } from 'xstate';
import { ReelkeepError } from '../../domain/errors.js';
import { digest, type FileId } from '../../domain/ids.js';
import type { Mp4Facts } from '../../domain/mp4-facts.js';
import {
  type ReceivedTotals,
  type ReportVerdict,
  storeReplicaMachine,
} from '../../machines/store-replica.machine.js';
import type { ManifestFields, StagedReplica } from '../../storage/staged-replica.js';
import { Lives } from '../runtime/lives.js';
import type { KeeperWorld } from './world.js';

export interface StoringOptions {
  readonly staged: StagedReplica;
  /** Of an upload, absent for a copy. */
  readonly isUpload: boolean;
  /** What the manifest says besides; the facts of a copy come from the master. */
  readonly fields: Omit<ManifestFields, 'mp4'> & { readonly mp4?: Mp4Facts };
}

export interface Storing {
  readonly fileId: FileId;
  received(totals: ReceivedTotals): void;
  aborted(failure: unknown): void;
  /** Whatever it is at: what is durable stays on the disk unreported, all else is thrown away. */
  giveUp(failure: unknown): void;
  /** The replica is durable; rejects when it came to nothing before. */
  readonly durable: Promise<void>;
  /** The master has accepted it; rejects when it came to nothing. */
  readonly stored: Promise<void>;
}

export function startStoring(world: KeeperWorld, options: StoringOptions): Storing {
  const { reportDelayMs, reportDelayMaxMs } = world.config;
  const actor = createActor(machine, { input: { reportDelayMs, reportDelayMaxMs } });
  lives.begin(actor, new Life(world, options));
  const durable = new Promise<void>((resolve, reject) => {
    actor.on('durable', () => resolve());
    actor.subscribe({ complete: () => reject(actor.getSnapshot().context.failure) });
  });
  const stored = new Promise<void>((resolve, reject) => {
    actor.subscribe({
      complete: () => {
        const { value, context } = actor.getSnapshot();
        if (value === 'stored') resolve();
        else reject(context.failure);
      },
    });
  });
  // Each is told to whoever waits for it; nobody has to wait for both.
  durable.catch(() => undefined);
  stored.catch(() => undefined);
  actor.start();
  const storing: Storing = {
    fileId: options.staged.fileId,
    received: (totals) => actor.send({ type: 'received', totals }),
    aborted: (failure) => actor.send({ type: 'aborted', failure }),
    giveUp: (failure) => actor.send({ type: 'given up', failure }),
    durable,
    stored,
  };
  world.arrivals.follow(storing);
  return storing;
}

/** What is done to one staged replica, step by step. */
class Life {
  readonly #world: KeeperWorld;
  readonly #options: StoringOptions;
  #mp4: Mp4Facts;
  #isReported = false;

  constructor(world: KeeperWorld, options: StoringOptions) {
    this.#world = world;
    this.#options = options;
    this.#mp4 = options.fields.mp4 ?? { kind: 'not mp4' };
  }

  get staged(): StagedReplica {
    return this.#options.staged;
  }

  async inspect(): Promise<void> {
    const { fields, staged } = this.#options;
    if (fields.mp4 === undefined) this.#mp4 = await inspect(staged, this.#world.term.acceptAny);
  }

  writeManifest(): Promise<void> {
    return this.staged.writeManifest({ ...this.#options.fields, mp4: this.#mp4 });
  }

  async report(): Promise<ReportVerdict> {
    const { store, link } = this.#world;
    const { staged, isUpload } = this.#options;
    const { fileId, uploadId } = staged;
    const isAgain = this.#isReported;
    this.#isReported = true;
    // While the master was away the bytes may have been found wrong, and set aside.
    if (isAgain && !(await store.holds(fileId)))
      return { accepted: false, reason: 'it is here no more' };
    return link.reportStored({
      fileId,
      size: staged.size,
      digest: staged.digest,
      mp4: this.#mp4,
      ...(isUpload ? { uploadId } : {}),
    });
  }

  async abandon(): Promise<void> {
    await this.#thrownAway(this.staged.abandon());
    this.#world.log.info({ file: this.staged.fileId }, 'transfer abandoned');
  }

  discard(): Promise<void> {
    const { fileId, uploadId } = this.staged;
    return this.#thrownAway(this.#world.store.discard(fileId, uploadId));
  }

  /** What is told to the sender is why it came to nothing; that something is left is told here. */
  async #thrownAway(work: Promise<void>): Promise<void> {
    try {
      await work;
    } catch (error) {
      const { fileId } = this.staged;
      this.#world.log.error({ err: error, file: fileId }, 'not all of it could be thrown away');
      throw error;
    }
  }
}

const lives = new Lives<Life>();

const step = <Output>(work: (life: Life) => Promise<Output>) =>
  fromPromise<Output, void>(({ system }) => work(lives.of(system)));

const machine = storeReplicaMachine.provide({
  actors: {
    checkTotals: fromPromise<void, ReceivedTotals>(
      async ({ input: { size, digest: told }, system }) =>
        lives.of(system).staged.checkTotals({ size, digest: digest(told) }),
    ),
    syncData: step((life) => life.staged.syncData()),
    inspect: step((life) => life.inspect()),
    writeManifest: step((life) => life.writeManifest()),
    syncManifest: step((life) => life.staged.syncManifest()),
    publish: step((life) => life.staged.publish()),
    syncDirectory: step((life) => life.staged.syncDirectory()),
    report: step((life) => life.report()),
    abandon: step((life) => life.abandon()),
    discard: step((life) => life.discard()),
  },
});

async function inspect(staged: StagedReplica, acceptAny: boolean): Promise<Mp4Facts> {
  const looked = await staged.inspect();
  if (looked.ok) return looked.facts;
  if (looked.failure !== 'structure')
    throw new ReelkeepError('unavailable', `the file could not be looked into: ${looked.detail}`);
  if (acceptAny) return { kind: 'not mp4' };
  throw new ReelkeepError('refused-input', looked.reason);
}
