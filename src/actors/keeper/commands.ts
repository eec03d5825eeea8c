/**
 * Carries out what the master orders, each kind in its own bounded lane.
 *
 * A command is for one start of this keeper: one that names another is refused. What
 * cannot be reported because the master is away is told by the next inventory.
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
import { runCopy } from './copying.js';
import type { KeeperWorld } from './world.js';

type Command = NonNullable<SessionResponse['command']>;

export class Commands {
  readonly #world: KeeperWorld;
  readonly #lanes: Readonly<Record<Command['$case'], LimitFunction>>;
  /** Deletions are refused from a master whose table is older than what this keeper has seen. */
  readonly #mayDelete: () => boolean;

  constructor(world: KeeperWorld, mayDelete: () => boolean) {
    this.#world = world;
    this.#mayDelete = mayDelete;
    const { copiesMax, verificationsMax } = world.config;
    this.#lanes = {
      copy: pLimit(copiesMax),
      verify: pLimit(verificationsMax),
      drop: pLimit(1),
      discard: pLimit(1),
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
    lane(() => this.#carryOut(command)).catch((error: unknown) =>
      log.warn({ err: error, command: $case }, 'command not carried out'),
    );
  }

  #carryOut(command: Command): Promise<void> {
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
      const outcome = await runCopy(this.#world, command);
      if (outcome.ok) return;
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
    const { outcome } = await store.verify(fileId(id), { size, digest: digest(expected) });
    if (outcome !== 'sound') return false;
    const replica = await store.openReplica(fileId(id));
    await replica.close();
    const { mp4 } = replica.manifest;
    const verdict = await link.reportStored({ fileId: fileId(id), size, digest: expected, mp4 });
    return verdict.accepted;
  }

  async #verify({ fileId: id, size, digest: expected }: VerifyCommand): Promise<void> {
    const { link, log, store } = this.#world;
    const found = await store.verify(fileId(id), { size, digest: digest(expected) });
    const reason = 'reason' in found ? found.reason : '';
    if (found.outcome !== 'sound') log.warn({ file: id, ...found }, 'replica is not sound');
    await link.reportVerified(fileId(id), found.outcome, reason);
  }

  async #drop({ fileId: id, quarantinedOnly }: DropCommand): Promise<void> {
    const { link, log, store } = this.#world;
    if (!this.#mayDelete()) {
      log.error(
        { file: id },
        'deletion refused: this master knows an older table than has been seen here',
      );
      return;
    }
    const ids: readonly FileId[] = [fileId(id)];
    const report = quarantinedOnly ? await store.dropQuarantined(ids) : await store.drop(ids);
    for (const { fileId: file, error } of report.failed)
      log.error({ err: error, file }, 'not deleted');
    if (report.dropped.length > 0) await link.reportDropped(report.dropped);
  }

  async #discard(command: DiscardCommand): Promise<void> {
    if (!this.#mayDelete()) return;
    const { arrivals, store } = this.#world;
    const upload = uploadId(command.uploadId);
    arrivals.discardUpload(upload, new ReelkeepError('unavailable', 'the upload was given up'));
    await store.discard(fileId(command.fileId), upload);
  }
}
