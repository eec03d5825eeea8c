/** What can be done with a cluster from outside it; all failures are `ReelkeepError`s. */
import type { Writable } from 'node:stream';
import type { DataTraffic } from '../../domain/data-traffic.js';
import type { FileView } from '../../domain/file-view.js';
import type { Digest, FileId, KeeperId, UploadId, WallMs } from '../../domain/ids.js';
import type { ScrubProgress } from '../../domain/keeper-scrub.js';
import type { KeeperState } from '../../domain/keeper-view.js';
import type { OwnCredentials } from '../../domain/own-credentials.js';

export interface Cluster {
  /** Resolves when the master has acknowledged the file. */
  put(request: PutRequest): Promise<FileView>;
  /** Resolves when the file is whole, verified and under its name, or written to the stream. */
  get(request: GetRequest): Promise<FileView>;
  /** For reading parts of it, by many at once; asks the master where it is now. */
  open(name: string): Promise<FileReader>;
  /** Of all that is read from opened files, since the beginning or now. */
  reading(): ReadingFigures;
  stat(name: string): Promise<FileView>;
  /** In byte order of their names. */
  list(prefix: string): AsyncIterable<FileView>;
  /** One page of the same. */
  listPage(request: ListPageRequest): Promise<FilePage<string>>;
  /** Files with a replica on one keeper, in the order of their file ids; fails with `not-found`. */
  keeperFiles(request: KeeperFilesRequest): Promise<FilePage<FileId>>;
  /** Resolves when the tombstone is durable. */
  remove(name: string): Promise<void>;
  rename(name: string, newName: string): Promise<void>;
  keepers(): Promise<readonly KeeperInfo[]>;
  status(): Promise<ClusterStatus>;
  /**
   * Takes a keeper for gone for good: its replicas are made again elsewhere, no deletion waits for
   * it, and it is let in no more.
   * Fails with `not-found`, or `conflict` unless it is lost.
   */
  retire(keeper: string): Promise<Retired>;
  /** Has every replica re-read now; yields each as it is told, then the whole file. */
  verify(name: string): AsyncIterable<Verification>;
  /** Every file that is not as it should be. */
  fsck(): AsyncIterable<Finding>;
  /** Of a local file; asks no cluster. */
  digest(path: string): Promise<LocalDigest>;
  /** Lets go of every connection and thread. */
  close(): Promise<void>;
}

export interface ClusterOptions {
  /** `host:port` of the master. */
  readonly master: string;
  /** Without any progress for so long a request fails; 30 s. */
  readonly timeoutMs?: number;
  /** Ends everything under way. */
  readonly signal?: AbortSignal;
  /** Memory for chunks that are read from opened files, in chunks of 4 MiB; 64. */
  readonly chunksReadMax?: number;
  /** Plain text without them. */
  readonly credentials?: OwnCredentials | undefined;
}

/** Told often; absolute, not increments. */
export interface TransferProgress {
  readonly bytes: number;
  readonly size: number;
  /** Durable replicas, of an upload. */
  readonly replicas?: number;
  readonly target?: number;
  /** Keepers that are sending, of a download. */
  readonly sources?: number;
}

export interface PutRequest {
  /** Of a local file. */
  readonly path: string;
  readonly name: string;
  /** Replicas; the master's default when absent. */
  readonly target?: number;
  /** Durable replicas before success; the master's default when absent. */
  readonly acks?: number;
  readonly replace?: boolean;
  /**
   * The same one on each try of one upload: a try whose outcome is unknown is safe to repeat with it.
   * A fresh one when absent. After a failure for good it is used up: the next put with it fails as
   * `not-found`.
   */
  readonly uploadId?: UploadId;
  readonly onProgress?: (progress: TransferProgress) => void;
}

export interface GetRequest {
  readonly name: string;
  readonly to: FileDestination | StreamDestination;
  readonly onProgress?: (progress: TransferProgress) => void;
}

export interface FileDestination {
  readonly path: string;
  readonly replace?: boolean;
  /** `strict` syncs the file before it gets its name. */
  readonly durability?: 'strict' | 'relaxed';
}

export interface ListPageRequest {
  readonly prefix: string;
  /** Names after this one; all of them when it is empty. */
  readonly after: string;
  /** At most 1,000. */
  readonly limit: number;
}

export interface KeeperFilesRequest {
  readonly keeper: string;
  readonly after?: FileId | undefined;
  /** Files looked at; at most 500. */
  readonly limit: number;
}

export interface FilePage<Cursor> {
  readonly files: readonly FileView[];
  /** What the next page comes after; absent on the last one. */
  readonly next?: Cursor;
}

interface StreamDestination {
  readonly stream: Writable;
}

/** Of one file, whatever its name is given to meanwhile. */
export interface FileReader {
  readonly file: FileView;
  /**
   * The bytes from `from` up to `to`, verified and in order, as fast as they are taken. Copies:
   * they are the caller's.
   */
  read(from: number, to: number, signal: AbortSignal): AsyncGenerator<Buffer, void, undefined>;
}

export interface ReadingFigures {
  /** Bytes of chunks that keepers have sent. */
  readonly keeperBytes: number;
  /** Bytes given to readers. */
  readonly givenBytes: number;
  /** Chunks and manifests that were wrong. */
  readonly badChunks: number;
  /** Chunks that readers came to and that were in memory, or coming for somebody or ahead. */
  readonly chunksFound: number;
  /** Those that had to be asked for then. */
  readonly chunksFetched: number;
  /** Of 4 MiB, with those that are coming. */
  readonly chunksInMemory: number;
  readonly chunksComing: number;
  /** Chunks that are not asked for yet because there is no memory for them. */
  readonly waitingForMemory: number;
}

interface Retired {
  /** That it had. */
  readonly replicas: number;
  /** Of those, the only ones of their files. */
  readonly lastReplicas: number;
}

export interface KeeperInfo {
  readonly keeper: KeeperId;
  readonly address: string;
  readonly state: KeeperState;
  /** Since its last heartbeat. */
  readonly lastHeartbeatMs: number;
  readonly usedBytes: number;
  readonly freeBytes: number;
  readonly replicas: number;
  /** `suspect`: a sync failed, or it is sick or read-only; nothing new is placed there. */
  readonly disk: 'sound' | 'suspect';
  /** Absent when the keeper has not told. */
  readonly scrub?: ScrubProgress;
  /** The same. */
  readonly traffic?: DataTraffic;
}

export interface ClusterStatus {
  readonly epoch: number;
  readonly mode: 'recovering' | 'safe mode' | 'serving';
  /** Why the mode is not serving. */
  readonly modeReason: string;
  readonly keepers: { readonly alive: number; readonly suspect: number; readonly lost: number };
  readonly files: number;
  readonly bytes: number;
  readonly belowTarget: number;
  readonly missing: number;
  readonly copiesInFlight: number;
  readonly surplus: number;
  /** Of replicas that are wanted and not there yet, those on their way included. */
  readonly bytesToCopy: number;
  readonly uploadsInProgress: number;
  readonly deletionsDue: number;
  /** `insecure`: whoever reaches the master may do anything. */
  readonly security: 'loopback' | 'insecure' | 'tls';
  /** Every file has been looked at since a keeper came or went: the numbers are whole. */
  readonly settled: boolean;
  /** The newest snapshot of the master's table. */
  readonly snapshot?: {
    readonly name: string;
    readonly takenAt: WallMs;
    /** That it knows. */
    readonly files: number;
  };
  /** Absent when the last try to take one succeeded. */
  readonly snapshotFailure?: { readonly at: WallMs; readonly reason: string };
}

export type Verification =
  | {
      readonly type: 'replica';
      readonly keeper: KeeperId;
      readonly address: string;
      readonly sound: boolean;
      /** Why not, or why it could not be told. */
      readonly reason: string;
      readonly verifiedAt: WallMs;
    }
  | { readonly type: 'file'; readonly file: FileView };

export interface Finding {
  readonly name: string;
  readonly fileId: string;
  readonly problem: 'below target' | 'missing' | 'quarantined' | 'surplus';
  readonly live: number;
  readonly target: number;
  readonly reason: string;
}

export interface LocalDigest {
  readonly size: number;
  readonly digest: Digest;
}
