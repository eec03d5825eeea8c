/**
 * What can be asked of the lookup table, and what it tells unasked.
 *
 * Each request is answered after the batch that holds it is durable; a refusal is a
 * `PlainError`. Notices go out after the answers of the same batch, in order.
 */
import type { PlainError } from '../../domain/errors.js';
import type { FileRecord } from '../../domain/file-record.js';
import type { ClusterId, Digest, FileId, KeeperId, UploadId, WallMs } from '../../domain/ids.js';
import type { InventoryEntry } from '../../domain/inventory-entry.js';
import type { KeeperRecord } from '../../domain/keeper-record.js';
import type { Mp4Facts } from '../../domain/mp4-facts.js';
import type { UnsharedFile } from '../../domain/replaced-file.js';
import type { TermBegun } from '../../domain/table-rows.js';
import type { TableSummary } from '../../domain/table-summary.js';
import type { SeenBefore } from '../../domain/term-line.js';
import type { UploadEnded, UploadProgress } from '../../domain/upload-news.js';

export type { ManifestFacts } from '../../domain/file-record.js';
export type { InventoryEntry } from '../../domain/inventory-entry.js';
export type { KeeperRecord } from '../../domain/keeper-record.js';
export type { TableSummary } from '../../domain/table-summary.js';

/** One line a request: what it carries, what it answers. */
export interface TableRequests {
  /**
   * Reserves a name, or answers for a reservation made before with the same upload id.
   * Refused: `conflict` when the name exists (unless `replace`) or is being written by another
   * upload, or when the upload id was used for another name or size; `not-found` when this
   * upload was abandoned or has expired.
   */
  'reserve upload': {
    readonly input: {
      readonly uploadId: UploadId;
      readonly newFileId: FileId;
      readonly name: string;
      readonly size: number;
      readonly target: number;
      readonly acks: number;
      readonly replace: boolean;
      readonly keeper: KeeperId;
      readonly at: WallMs;
    };
    readonly answer: {
      readonly fileId: FileId;
      readonly target: number;
      readonly acks: number;
      /** When it was first reserved. */
      readonly createdAt: WallMs;
      /** The upload was committed before this retry. */
      readonly committed: boolean;
    };
  };
  /** Uploads that a keeper is receiving now: their reservations live on. */
  'touch uploads': {
    readonly input: { readonly uploadIds: readonly UploadId[] };
    readonly answer: null;
  };
  /** Answers whether it had been committed before, in which case nothing changes. */
  'abandon upload': {
    readonly input: { readonly uploadId: UploadId; readonly error: PlainError };
    readonly answer: { readonly committed: boolean };
  };
  /** Refused with `not-found` when there was never such an upload, or it ended long ago. */
  'find upload': {
    readonly input: { readonly uploadId: UploadId };
    readonly answer: UploadProgress | UploadEnded;
  };
  'record stored': {
    readonly input: {
      readonly keeper: KeeperId;
      readonly incarnation: number;
      /** Absent for a copy. */
      readonly uploadId?: UploadId;
      readonly fileId: FileId;
      readonly size: number;
      readonly digest: Digest;
      readonly mp4: Mp4Facts;
      readonly at: WallMs;
    };
    readonly answer:
      | { readonly accepted: true }
      | { readonly accepted: false; readonly reason: string };
  };
  'find file': {
    readonly input: { readonly name: string } | { readonly fileId: FileId };
    readonly answer: FileRecord | null;
  };
  /** Names in byte order. */
  'list files': {
    readonly input: { readonly prefix: string; readonly after: string; readonly limit: number };
    readonly answer: { readonly files: readonly FileRecord[]; readonly more: boolean };
  };
  /** Refused with `not-found`. The tombstone is durable when this answers. */
  'remove file': {
    readonly input: { readonly name: string; readonly at: WallMs };
    readonly answer: null;
  };
  /** Refused with `not-found`, or with `conflict` when the new name exists or is being written. */
  'rename file': {
    readonly input: { readonly name: string; readonly newName: string };
    readonly answer: null;
  };
  /**
   * Answers the incarnation under which it is admitted: a later one than it asked for when another
   * start has used that number or its rows are in doubt, which then give way to its inventory.
   * Refused with `unavailable` while that other start is heard, `not-allowed` for a foreign cluster
   * or a retired keeper.
   *
   * A keeper that was not taken in since the table was made again raises the table's epoch and
   * commit above what it has seen. The first of all gives an empty one its cluster; refused with
   * `unavailable` while that is not known, for a keeper that belongs to none.
   */
  'admit keeper': {
    readonly input: {
      readonly keeper: KeeperId;
      readonly clusterId?: ClusterId;
      readonly incarnation: number;
      readonly startId: string;
      readonly address: string;
      readonly seen: SeenBefore;
      /** It has seen a later table than this one, which may say of it what is true no more. */
      readonly isDoubted: boolean;
      /** A keeper with this id is heard at this moment. */
      readonly isHeard: boolean;
      readonly at: WallMs;
    };
    readonly answer: {
      readonly incarnation: number;
      /** What it holds beyond the table is not known yet. */
      readonly toBeTakenIn: boolean;
    };
  };
  /**
   * It will never come back: its replicas are gone, and no deletion waits for it. A bounded step at
   * a time; to be asked again while there is `more`. Refused with `not-found`, and with `conflict`
   * when it has started again since.
   */
  'retire keeper': {
    readonly input: { readonly keeper: KeeperId; readonly incarnation: number };
    readonly answer: {
      /** Forgotten in this step. */
      readonly replicas: number;
      /** Of those, the only ones of their files. */
      readonly last: number;
      readonly more: boolean;
    };
  };
  /**
   * One page of a keeper's inventory, in its order: of two entries of a file the later one is
   * true. `collect`: files that the table has never heard of, and that
   * no upload in progress may still commit, are garbage and become due for dropping.
   *
   * Of a keeper that is to be taken in nothing is garbage but what came of an upload that failed:
   * whole files that the table has never heard of become files of it.
   */
  'take inventory': {
    readonly input: {
      readonly keeper: KeeperId;
      readonly incarnation: number;
      readonly entries: readonly InventoryEntry[];
      readonly collect: boolean;
      readonly at: WallMs;
    };
    readonly answer: {
      /** What the table has never heard of, and neither collects nor adopts. */
      readonly unknown: readonly InventoryEntry[];
      /** Of uploads under way: to be put to the table again when they are that no more. */
      readonly early: readonly InventoryEntry[];
      /** Whole, and of other bytes than the table names: the keeper should be made to set them aside. */
      readonly doubtful: readonly FileId[];
    };
  };
  /**
   * Before the pages: files that the keeper was told to delete once. They leave the table, when the
   * keeper is to be taken in; of any other it is not heeded.
   */
  'take deletions': {
    readonly input: {
      readonly keeper: KeeperId;
      readonly incarnation: number;
      readonly fileIds: readonly FileId[];
      readonly at: WallMs;
    };
    readonly answer: { readonly heeded: boolean };
  };
  /**
   * After the last page of a complete inventory, a bounded step at a time: takes replicas that the
   * keeper no longer has out of the table. `next` is where to go on, absent at the end. With
   * `takenIn` the keeper is then one that was taken in.
   */
  'close inventory': {
    readonly input: {
      readonly keeper: KeeperId;
      readonly incarnation: number;
      readonly after?: FileId;
      readonly takenIn: boolean;
    };
    readonly answer: { readonly next?: FileId };
  };
  'record verified': {
    readonly input: {
      readonly keeper: KeeperId;
      readonly incarnation: number;
      readonly fileId: FileId;
      /** `unreadable`: it may be there, and does not count until it has been read. */
      readonly outcome: 'sound' | 'quarantined' | 'absent' | 'unreadable';
      readonly at: WallMs;
    };
    readonly answer: null;
  };
  /**
   * Off the disk for certain: ends what is left of the replica or of its tombstone; with
   * `quarantinedOnly`, of what was set aside. A report may come late, so no sound row goes that was
   * not agreed to be dropped: such files are `doubtful`, and the keeper should be made to look.
   */
  'record dropped': {
    readonly input: {
      readonly keeper: KeeperId;
      readonly incarnation: number;
      readonly fileIds: readonly FileId[];
      readonly quarantinedOnly: boolean;
    };
    readonly answer: { readonly doubtful: readonly FileId[] };
  };
  /**
   * The last-copy guard: agrees to drop a replica only while every one of `staying` stands in the
   * table as sound, of that incarnation, and they are at least the file's target. With
   * `quarantinedOnly` it is asked for what was set aside alone: the row stays as it is, and a sound
   * one of the same keeper may be among `staying`.
   */
  'agree to drop': {
    readonly input: {
      readonly fileId: FileId;
      readonly keeper: KeeperId;
      readonly incarnation: number;
      readonly quarantinedOnly: boolean;
      readonly staying: readonly { readonly keeper: KeeperId; readonly incarnation: number }[];
    };
    readonly answer:
      | { readonly agreed: true }
      | { readonly agreed: false; readonly reason: string };
  };
  /** File ids in order; of one keeper or of all. */
  'survey files': {
    readonly input: { readonly keeper?: KeeperId; readonly after?: FileId; readonly limit: number };
    readonly answer: { readonly files: readonly FileRecord[]; readonly next?: FileId };
  };
  /** Deleted files that this keeper has not confirmed, and garbage, in the order of their ids. */
  'drops due': {
    readonly input: { readonly keeper: KeeperId; readonly after?: FileId; readonly limit: number };
    readonly answer: {
      readonly fileIds: readonly FileId[];
      /** Of those, the ones that were files once. */
      readonly deleted: readonly FileId[];
      /** Of those, the ones that were replaced by a file for which one keeper alone vouches. */
      readonly replaced: readonly { readonly fileId: FileId; readonly by: UnsharedFile }[];
      readonly next?: FileId;
    };
  };
  /**
   * The first request of a master; answers the terms that the table was in, this one last. When it
   * is `rebuilt`, every keeper is to be taken in from now on.
   */
  'begin term': {
    readonly input: { readonly termId: string; readonly rebuilt: boolean };
    readonly answer: readonly TermBegun[];
  };
  'list keepers': { readonly input: null; readonly answer: readonly KeeperRecord[] };
  'sum up': { readonly input: null; readonly answer: TableSummary };
  /** Ends uploads that no keeper has been receiving for too long. */
  tick: { readonly input: null; readonly answer: null };
}

export type TableRequestType = keyof TableRequests;

export type TableMessage = {
  [Type in TableRequestType]: { readonly type: Type; readonly input: TableRequests[Type]['input'] };
}[TableRequestType];

export type TableNotice =
  | { readonly type: 'file changed'; readonly file: FileRecord }
  | { readonly type: 'file gone'; readonly fileId: FileId }
  | ({ readonly type: 'upload progressed' } & UploadProgress)
  | ({ readonly type: 'upload ended' } & UploadEnded)
  /** A deleted file, or garbage, is to be taken off a keeper's disk. */
  | { readonly type: 'drop due'; readonly keeper: KeeperId; readonly fileId: FileId }
  /** What a keeper received of an upload that was never committed. */
  | {
      readonly type: 'discard due';
      readonly keeper: KeeperId;
      readonly uploadId: UploadId;
      readonly fileId: FileId;
    };
