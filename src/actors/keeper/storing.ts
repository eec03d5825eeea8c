/** Gives the store-replica machine a staged replica to act on, and its caller two promises. */
import { createActor, fromPromise } from 'xstate';
import { ReelkeepError } from '../../domain/errors.js';
import { digest, type FileId } from '../../domain/ids.js';
import type { Mp4Facts } from '../../domain/mp4-facts.js';
import { type ReceivedTotals, storeReplicaMachine } from '../../machines/store-replica.machine.js';
import type { ManifestFields, StagedReplica } from '../../storage/staged-replica.js';
import type { KeeperWorld } from './world.js';

export interface StoringOptions {
  readonly staged: StagedReplica;
  /** Of an upload, absent for a copy. */
  readonly isUpload: boolean;
  /** What the manifest says besides; the facts of a copy come from its source. */
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
  const actor = createActor(provide(world, options), {
    input: { reportDelayMs, reportDelayMaxMs },
  });
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

function provide(
  { store, link, term, log }: KeeperWorld,
  { staged, isUpload, fields }: StoringOptions,
) {
  const { fileId, uploadId } = staged;
  let mp4: Mp4Facts = fields.mp4 ?? { kind: 'not mp4' };
  /** What is told to the sender is why it came to nothing; that something is left is told here. */
  const thrownAway = async (work: Promise<void>): Promise<void> => {
    try {
      await work;
    } catch (error) {
      log.error({ err: error, file: fileId }, 'not all of it could be thrown away');
      throw error;
    }
  };
  return storeReplicaMachine.provide({
    actors: {
      checkTotals: fromPromise<void, ReceivedTotals>(async ({ input }) =>
        staged.checkTotals({ size: input.size, digest: digest(input.digest) }),
      ),
      syncData: fromPromise(() => staged.syncData()),
      inspect: fromPromise(async () => {
        if (fields.mp4 === undefined) mp4 = await inspect(staged, term.acceptAny);
      }),
      writeManifest: fromPromise(() => staged.writeManifest({ ...fields, mp4 })),
      syncManifest: fromPromise(() => staged.syncManifest()),
      publish: fromPromise(() => staged.publish()),
      syncDirectory: fromPromise(() => staged.syncDirectory()),
      report: fromPromise(async () => {
        // While the master was away the bytes may have been found wrong, and set aside.
        if (!(await store.holds(fileId))) return { accepted: false, reason: 'it is here no more' };
        return link.reportStored({
          fileId,
          size: staged.size,
          digest: staged.digest,
          mp4,
          ...(isUpload ? { uploadId } : {}),
        });
      }),
      abandon: fromPromise(() =>
        thrownAway(staged.abandon()).then(() => log.info({ file: fileId }, 'transfer abandoned')),
      ),
      discard: fromPromise(() => thrownAway(store.discard(fileId, uploadId))),
    },
  });
}

async function inspect(staged: StagedReplica, acceptAny: boolean): Promise<Mp4Facts> {
  const looked = await staged.inspect();
  if (looked.ok) return looked.facts;
  if (looked.failure !== 'structure')
    throw new ReelkeepError('unavailable', `the file could not be looked into: ${looked.detail}`);
  if (acceptAny) return { kind: 'not mp4' };
  throw new ReelkeepError('refused-input', looked.reason);
}
