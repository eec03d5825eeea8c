/**
 * Carries out what the master orders, each kind in its own bounded lane.
 *
 * A command is for one start of this keeper: one that names another is refused. One that has
 * not begun when the keeper registers anew is forgotten, for the master judges by the
 * inventory that follows. What cannot be reported because the master is away is told there too.
 */
import pLimit, { type LimitFunction } from 'p-limit';
import { ReelkeepError } from '../../domain/errors.js';
import { digest, type FileId, fileId, uploadId } from '../../domain/ids.js';
import type {
  CopyCommand,
  DiscardCommand,
  DropCommand,
  SessionResponse,
  VerifyCommand,
} from '../../rpc/generated/reelkeep/v1/keeper.js';
import type { DropReport } from '../../storage/drop-replicas.js';
import { runCopy } from './copying.js';
import type { KeeperWorld } from './world.js';

type Command = NonNullable<SessionResponse['command']>;

export class Commands {
  readonly #world: KeeperWorld;
  readonly #lanes: Readonly<Record<Command['$case'], LimitFunction>>;
  /** Deletions are refused from a master whose table is older than what this keeper has seen. */
  readonly #mayDelete: () => boolean;
  readonly #stop = new AbortController();
  /** What changes the disk now. */
  readonly #copies = new Set<Promise<unknown>>();
  readonly #deletions = new Set<Promise<unknown>>();
  #registrations = 0;

  constructor(world: KeeperWorld, mayDelete: () => boolean) {
    this.#world = world;
    this.#mayDelete = mayDelete;
    const { copiesMax } = world.config;
    this.#lanes = {
      copy: pLimit(copiesMax),
      verify: world.verifications.lane,
      drop: pLimit(1),
      discard: pLimit(1),
    };
  }

  /** Commands of each kind that wait for their turn. */
  get waiting(): Readonly<Record<Command['$case'], number>> {
    const { copy, verify, drop, discard } = this.#lanes;
    return {
      copy: copy.pendingCount,
      verify: verify.pendingCount,
      drop: drop.pendingCount,
      discard: discard.pendingCount,
    };
  }

  take(command: Command): void {
    const { log, store, config } = this.#world;
    const { $case, value } = command;
    const lane = this.#lanes[$case];
    if (value.incarnation !== store.identity.incarnation) {
      log.warn(
        { command: $case, incarnation: value.incarnation },
        'command for another start refused',
      );
      return;
    }
    if (lane.pendingCount >= config.commandsWaitingMax) {
      log.warn({ command: $case }, 'too many commands wait: this one is dropped');
      return;
    }
    const registrations = this.#registrations;
    lane(() => this.#carryOut(command, registrations)).catch((error: unknown) =>
      log.warn({ err: error, command: $case }, 'command not carried out'),
    );
  }

  /** What has not begun never will. Resolves when no deletion is under way: an inventory is true from here on. */
  async forget(): Promise<void> {
    this.#registrations += 1;
    await Promise.allSettled(this.#deletions);
  }

  /** Nothing is begun any more. Resolves when no command changes the disk. */
  async stop(): Promise<void> {
    this.#stop.abort(new ReelkeepError('unavailable', 'the keeper is stopping'));
    await Promise.allSettled([...this.#copies, this.forget()]);
  }

  async #carryOut(command: Command, registrations: number): Promise<void> {
    this.#stop.signal.throwIfAborted();
    if (registrations !== this.#registrations)
      throw new ReelkeepError('stale', 'the keeper has registered anew since');
    switch (command.$case) {
      case 'copy':
        return this.#copy(command.value);
      case 'verify':
        return this.#verify(command.value);
      case 'drop':
        return this.#drop(command.value);
      case 'discard':
        return this.#discard(command.value);
    }
  }

  async #copy(command: CopyCommand): Promise<void> {
    const { arrivals, link, log } = this.#world;
    const id = fileId(command.fileId);
    if (!arrivals.beginCopy(id)) return;
    try {
      const outcome = await tracked(this.#copies, runCopy(this.#world, command, this.#stop.signal));
      if (outcome.ok || this.#stop.signal.aborted) return;
      const { failure, badSource } = outcome;
      if (
        failure instanceof ReelkeepError &&
        failure.code === 'conflict' &&
        (await this.#isHere(command))
      )
        return;
      log.warn({ err: failure, file: id }, 'copy failed');
      await link.reportFailed({
        fileId: id,
        failure,
        ...(badSource === undefined ? {} : { badSource }),
      });
    } finally {
      arrivals.endCopy(id);
    }
  }

  /** The master did not know that the replica is here already: it is looked at, and told. */
  async #isHere({ fileId: id, size, digest: expected }: CopyCommand): Promise<boolean> {
    const { link, store } = this.#world;
    const found = await store.verify(fileId(id), { size, digest: digest(expected) });
    // What has been set aside here is to be heard of, so that it goes in its time.
    if (found.outcome === 'quarantined')
      await link.reportVerified(fileId(id), found.outcome, found.reason);
    if (found.outcome !== 'sound') return false;
    const replica = await store.openReplica(fileId(id));
    await replica.close();
    const { mp4 } = replica.manifest;
    const verdict = await link.reportStored({ fileId: fileId(id), size, digest: expected, mp4 });
    return verdict.accepted;
  }

  async #verify({ fileId: id, size, digest: expected, challenge }: VerifyCommand): Promise<void> {
    const { link, log, verifications } = this.#world;
    const found = await verifications.read(fileId(id), {
      size,
      digest: digest(expected),
      ...(challenge !== '' && { challenge: Buffer.from(challenge, 'hex') }),
    });
    const reason = 'reason' in found ? found.reason : '';
    if (found.outcome !== 'sound') log.warn({ file: id, ...found }, 'replica is not sound');
    const proven = 'proof' in found ? { challenge, proof: found.proof } : undefined;
    await link.reportVerified(fileId(id), found.outcome, reason, proven);
  }

  async #drop({ fileId: id, quarantinedOnly, deleted }: DropCommand): Promise<void> {
    const { link, log, store } = this.#world;
    if (!this.#mayDelete()) {
      log.error({ file: id }, deletionRefused);
      return;
    }
    const report = await tracked(
      this.#deletions,
      quarantinedOnly ? store.dropQuarantined([fileId(id)]) : this.#dropAll(fileId(id), deleted),
    );
    for (const { fileId: file, error } of report.failed)
      log.error({ err: error, file }, 'not deleted');
    if (report.dropped.length > 0) await link.reportDropped(report.dropped, quarantinedOnly);
  }

  /** @param deleted as a file: that is remembered before anything is confirmed */
  async #dropAll(id: FileId, deleted: boolean): Promise<DropReport> {
    const { arrivals, store } = this.#world;
    // A report whose answer was lost would be made again, of bytes that are gone.
    await arrivals.end(id, new ReelkeepError('unavailable', 'the master deletes the file'));
    const report = await store.drop([id]);
    // Not before: on a full disk there is room for it only when the bytes are gone.
    if (deleted && report.dropped.length > 0) await store.noteDeleted(report.dropped);
    return report;
  }

  async #discard(command: DiscardCommand): Promise<void> {
    const { arrivals, log, store } = this.#world;
    const id = fileId(command.fileId);
    if (!this.#mayDelete()) {
      log.error({ file: id }, deletionRefused);
      return;
    }
    const upload = uploadId(command.uploadId);
    arrivals.discardUpload(upload, new ReelkeepError('unavailable', 'the upload was given up'));
    await tracked(this.#deletions, store.discard(id, upload));
  }
}

const deletionRefused =
  'deletion refused: this master knows an older table than has been seen here';

async function tracked<Value>(
  underWay: Set<Promise<unknown>>,
  work: Promise<Value>,
): Promise<Value> {
  underWay.add(work);
  try {
    return await work;
  } finally {
    underWay.delete(work);
  }
}
