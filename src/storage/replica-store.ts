/**
 * A keeper's disk: whole replicas in `objects`, those on their way in `staging`, those found wrong
 * in `quarantine`. Names given by users never become paths; nothing outside the root is opened.
 */

import { fileBytesMax } from '../domain/chunk-plan.js';
import { ReelkeepError } from '../domain/errors.js';
import type { FileId, KeeperId, UploadId } from '../domain/ids.js';
import { DeletionLog } from './deletion-log.js';
import { hasCode, toDiskError } from './disk-error.js';
import { DiskSync, type DiskSyncOptions } from './disk-sync.js';
import { type DropReport, dropQuarantined, dropReplicas, dropUpload } from './drop-replicas.js';
import { FileTurns } from './file-turns.js';
import type { KeeperIdentity } from './identity-file.js';
import { type InventoryDepth, type InventoryPage, takeInventory } from './inventory.js';
import { type KeeperRoot, openKeeperRoot } from './keeper-root.js';
import { OpenReplica, readManifest } from './open-replica.js';
import { OwnIdentity, type Term } from './own-identity.js';
import type { HashPool } from './pool/hash-pool.js';
import { type RecoveryReport, recover } from './recovery.js';
import { fileBytes, removeObject, removePair, type StoreParts } from './replica-files.js';
import { type Reserve, type Space, SpaceMeter } from './space-meter.js';
import { StagedReplica } from './staged-replica.js';
import {
  type ExpectedBytes,
  type Reading,
  type VerifyOutcome,
  verifyReplica,
} from './verify-replica.js';

export interface ReplicaStoreOptions extends DiskSyncOptions {
  /** Made when it does not exist. */
  readonly root: string;
  /** Refused when the directory belongs to another; made up for a new directory when absent. */
  readonly keeperId?: KeeperId;
  readonly pool: HashPool;
  readonly reserve: Reserve;
}

export class ReplicaStore {
  /** What the last crash had left. */
  readonly recovered: RecoveryReport;
  readonly #root: KeeperRoot;
  readonly #parts: StoreParts;
  readonly #staged = new Map<FileId, StagedReplica>();
  /** Given up while something of them stood in `objects` and could not be taken away. */
  readonly #leftBehind = new Map<FileId, UploadId>();
  readonly #identity: OwnIdentity;

  /**
   * Locks the directory, makes this start's incarnation durable, and recovers from the last crash.
   *
   * @throws ReelkeepError `usage`, `conflict`, `integrity`, `unavailable`: see `openKeeperRoot`.
   */
  static async open(options: ReplicaStoreOptions): Promise<ReplicaStore> {
    const root = await openKeeperRoot(options.root, options.keeperId);
    const sync = new DiskSync(options);
    const parts: StoreParts = {
      layout: root.layout,
      place: root.place,
      sync,
      deletions: new DeletionLog(root.layout, sync),
      pool: options.pool,
      space: new SpaceMeter(root.layout.root, options.reserve),
      turns: new FileTurns(),
      underWay: new Set(),
      watchers: new Set(),
    };
    try {
      return new ReplicaStore(root, parts, await recover(parts));
    } catch (error) {
      await root.place.close();
      await root.lock.release();
      throw toDiskError(`recovering ${options.root}`, error);
    }
  }

  private constructor(root: KeeperRoot, parts: StoreParts, recovered: RecoveryReport) {
    this.#root = root;
    this.#parts = parts;
    this.#identity = new OwnIdentity(parts, root.identity);
    this.recovered = recovered;
  }

  get identity(): KeeperIdentity {
    return this.#identity.known;
  }

  /** A sync failed, or the disk is sick or read-only: nothing new is taken until the next start. */
  get diskSuspect(): boolean {
    return this.#parts.sync.suspect;
  }

  get usedBytes(): number {
    return this.#parts.space.usedBytes;
  }

  /** As `OwnIdentity.recordTerm` says. */
  recordTerm(term: Term): Promise<void> {
    return this.#identity.recordTerm(term);
  }

  /**
   * Begins a replica of `size` bytes.
   *
   * @throws ReelkeepError `no-space`; `conflict` when a replica of this file is here or on its way;
   *   `unavailable` when the disk is suspect; `refused-input` when it is too large.
   */
  async stage(fileId: FileId, uploadId: UploadId, size: number): Promise<StagedReplica> {
    const { layout, space, sync, underWay } = this.#parts;
    // checks the ids before anything is done
    layout.staged(fileId, uploadId);
    if (sync.suspect) throw new ReelkeepError('unavailable', 'the disk of this keeper failed');
    if (!Number.isSafeInteger(size) || size < 0 || size > fileBytesMax)
      throw new ReelkeepError('refused-input', `a file cannot have ${size} bytes`);
    const left = this.#leftBehind.get(fileId);
    if (underWay.has(fileId) && left === undefined)
      throw new ReelkeepError('conflict', 'this file is on its way already');
    underWay.add(fileId);
    this.#leftBehind.delete(fileId);
    let promisedBytes = 0;
    try {
      if (left !== undefined) await this.#removeLeft(fileId, left);
      if (!(await space.promise(size))) throw await this.#noRoom(fileId, size);
      promisedBytes = size;
      const staged = await StagedReplica.create(this.#parts, { fileId, uploadId, size }, (end) => {
        // What was left behind is no replica before a start of this keeper has made it durable.
        if (end === 'left behind') this.#leftBehind.set(fileId, uploadId);
        else underWay.delete(fileId);
        this.#staged.delete(fileId);
      });
      this.#staged.set(fileId, staged);
      return staged;
    } catch (error) {
      if (!this.#leftBehind.has(fileId)) underWay.delete(fileId);
      space.release(promisedBytes);
      sync.noteError(error);
      if (hasCode(error, 'EEXIST'))
        throw new ReelkeepError('conflict', 'this upload is in staging already', { cause: error });
      throw toDiskError('beginning a replica', error);
    }
  }

  /** @throws ReelkeepError `not-found`, `integrity`, `unavailable`. */
  async openReplica(fileId: FileId): Promise<OpenReplica> {
    this.#requireWhole(fileId);
    return OpenReplica.open(this.#parts, fileId);
  }

  /** The manifest of a replica as it lies on the disk; throws as `openReplica` does. */
  async readManifest(fileId: FileId): Promise<Uint8Array> {
    this.#requireWhole(fileId);
    return readManifest(this.#parts, fileId);
  }

  /**
   * Whether both files of the replica stand in `objects`; nothing is said of what is in them.
   *
   * @throws ReelkeepError `unavailable` when the disk does not say, or is not there.
   */
  async holds(fileId: FileId): Promise<boolean> {
    const { layout, place, sync } = this.#parts;
    const { data, manifest } = layout.object(fileId);
    try {
      return await place.whileThere(
        async () =>
          (await fileBytes(data)) !== undefined && (await fileBytes(manifest)) !== undefined,
      );
    } catch (error) {
      sync.noteError(error);
      throw toDiskError('looking for a replica', error);
    }
  }

  /** Reads the replica whole and hashes it; what does not match is set aside, durably. */
  async verify(fileId: FileId, expected: ExpectedBytes, how?: Reading): Promise<VerifyOutcome> {
    if (this.#parts.underWay.has(fileId))
      return { outcome: 'unknown', reason: 'it is being received' };
    return verifyReplica(this.#parts, fileId, expected, how);
  }

  /** Off the disk, what is on its way or set aside included, and the directories synced, when this resolves. */
  async drop(fileIds: readonly FileId[]): Promise<DropReport> {
    // what an abandoned replica leaves behind is in staging, and staging is emptied at each start
    await Promise.allSettled(fileIds.map((fileId) => this.#staged.get(fileId)?.abandon()));
    return dropReplicas(this.#parts, fileIds);
  }

  /** The same for what was set aside only. */
  dropQuarantined(fileIds: readonly FileId[]): Promise<DropReport> {
    return dropQuarantined(this.#parts, fileIds);
  }

  /** Forgets an upload that was never committed: what is staged, and what was published of it. */
  async discard(fileId: FileId, uploadId: UploadId): Promise<void> {
    const staged = this.#staged.get(fileId);
    if (staged?.uploadId === uploadId) await staged.abandon();
    else await removePair(this.#parts.layout.staged(fileId, uploadId));
    if (!this.#parts.underWay.has(fileId)) await dropUpload(this.#parts, fileId, uploadId);
  }

  /** Remembers, durably, that these files were deleted. @throws ReelkeepError `unavailable`, `no-space` */
  noteDeleted(fileIds: readonly FileId[]): Promise<void> {
    return this.#parts.deletions.note(fileIds);
  }

  /** Bounded pages; there is always a last one, maybe empty. */
  inventory(depth: InventoryDepth): AsyncGenerator<InventoryPage> {
    return takeInventory(this.#parts, depth);
  }

  /**
   * @throws ReelkeepError `unavailable` when the disk does not say, or is not there: of the one that
   *   lies below its mount point nobody wants to know.
   */
  async space(): Promise<Space> {
    try {
      const { place, space } = this.#parts;
      const measured = await space.measure();
      await place.requireThere();
      return measured;
    } catch (error) {
      this.#parts.sync.noteError(error);
      throw toDiskError('measuring the disk', error);
    }
  }

  /** Gives up what is on its way and frees the directory. */
  async close(): Promise<void> {
    await Promise.allSettled(Array.from(this.#staged.values(), (staged) => staged.abandon()));
    await this.#identity.settled();
    await this.#root.place.close();
    await this.#root.lock.release();
  }

  /** Of two things that are true the other one says more: the replica is here, or the root is not. */
  async #noRoom(fileId: FileId, size: number): Promise<ReelkeepError> {
    const { layout, place } = this.#parts;
    await place.requireThere();
    const { data, manifest } = layout.object(fileId);
    if ((await fileBytes(data)) === undefined && (await fileBytes(manifest)) === undefined)
      return new ReelkeepError('no-space', `this keeper has no room for ${size} bytes`);
    return new ReelkeepError('conflict', `a replica of ${fileId} is here already`);
  }

  #requireWhole(fileId: FileId): void {
    if (this.#parts.underWay.has(fileId))
      throw new ReelkeepError('not-found', `the replica of ${fileId} is not whole yet`);
  }

  /** Nobody was ever told of it. */
  async #removeLeft(fileId: FileId, uploadId: UploadId): Promise<void> {
    const { layout, place, turns } = this.#parts;
    try {
      await place.whileThere(async () => {
        await removePair(layout.staged(fileId, uploadId));
        await turns.run(fileId, () => removeObject(this.#parts, fileId));
      });
    } catch (error) {
      this.#leftBehind.set(fileId, uploadId);
      throw error;
    }
  }
}
