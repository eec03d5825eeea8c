/** What goes into the pool and what comes out: plain data, and shared memory that is only lent. */

import type { StructureVerdict } from '../../domain/mp4-boxes.js';
import type { Mp4Facts } from '../../domain/mp4-facts.js';
import type { ReplicaPaths } from '../layout.js';

/** The bytes to write lie at the start of `shared`, which nobody touches until the task has ended. */
export interface HashAndWriteInput {
  readonly shared: SharedArrayBuffer;
  readonly length: number;
  /** BLAKE3 that the bytes must have, 32 bytes. */
  readonly digest: Uint8Array;
  readonly fd: number;
  readonly position: number;
}

export interface ReadAndHashInput {
  readonly shared: SharedArrayBuffer;
  readonly fd: number;
  readonly position: number;
  readonly length: number;
}

/** Hashes `count` chunks of a file of `size` bytes from chunk `first` on. */
export interface HashChunksInput {
  readonly fd: number;
  readonly size: number;
  readonly first: number;
  readonly count: number;
  /** 32 bytes that each chunk is hashed with once more; absent for its digest alone. */
  readonly challenge?: Uint8Array;
}

/** An mp4 that is open for reading. */
export interface FilmInput {
  readonly fd: number;
}

/** Which directory has to be in its place: the one that was opened at the start. */
export interface PlaceInput {
  readonly path: string;
  readonly device: bigint;
  readonly inode: bigint;
}

export interface BeginReplicaInput {
  readonly place: PlaceInput;
  readonly object: ReplicaPaths;
  readonly staged: ReplicaPaths;
}

export interface WriteNewFileInput {
  readonly path: string;
  readonly bytes: Uint8Array;
}

export interface PublishReplicaInput {
  readonly from: ReplicaPaths;
  readonly to: ReplicaPaths;
  /** Closed however it ends; nobody uses them meanwhile. */
  readonly fds: readonly number[];
}

export interface OpenReplicaInput {
  readonly paths: ReplicaPaths;
  /** Whether the data stays open. */
  readonly keepsOpen: boolean;
}

/** An error of the operating system; its code would be lost if it were thrown across threads. */
export interface DiskFailure {
  readonly ok: false;
  readonly failure: 'disk';
  /** Such as `ENOSPC` or `EIO`. */
  readonly code: string;
  readonly detail: string;
}

/** The file ended before the bytes that were asked for. */
export interface ShortFile {
  readonly ok: false;
  readonly failure: 'short';
}

interface DigestMismatch {
  readonly ok: false;
  readonly failure: 'mismatch';
}

export type HashAndWriteOutput = { readonly ok: true } | DigestMismatch | DiskFailure;
export type ReadAndHashOutput =
  | {
      readonly ok: true;
      readonly digest: Uint8Array;
      /** Of the file, looked at after the bytes: a change while they were read is seen. */
      readonly size: number;
      readonly mtimeMs: number;
    }
  | ShortFile
  | DiskFailure;
/** `digests` and `answers` are 32 bytes for each chunk, in order; no answers without a challenge. */
export type HashChunksOutput =
  | { readonly ok: true; readonly digests: Uint8Array; readonly answers?: Uint8Array }
  | ShortFile
  | DiskFailure;
export type CheckStructureOutput =
  | { readonly ok: true; readonly verdict: StructureVerdict }
  | DiskFailure;
export type InspectOutput =
  /** Built as an mp4 is; the facts may still be unreadable. */
  | { readonly ok: true; readonly facts: Mp4Facts }
  /** Not an mp4, or not a whole one: a sentence for people. */
  | { readonly ok: false; readonly failure: 'structure'; readonly reason: string }
  | DiskFailure;
export type BeginReplicaOutput =
  /** Of the staged data, empty, open for reading and writing. */
  | { readonly ok: true; readonly fd: number }
  /** Another directory is in the place of the root's. */
  | { readonly ok: false; readonly failure: 'elsewhere' }
  /** A part of a replica of this file stands in `objects`. */
  | { readonly ok: false; readonly failure: 'present' }
  | DiskFailure;
export type WriteNewFileOutput = { readonly ok: true; readonly fd: number } | DiskFailure;
export type PublishReplicaOutput =
  | { readonly ok: true }
  | { readonly ok: false; readonly failure: 'no directory' }
  /** `moved`: the data stands in its place, the manifest does not. */
  | (DiskFailure & { readonly moved: boolean });
export type OpenReplicaOutput =
  | {
      readonly ok: true;
      /** `fd` is -1 when it was not to stay open. */
      readonly data: { readonly fd: number; readonly size: number } | 'absent' | 'link';
      readonly manifest: Uint8Array | 'absent' | 'link' | 'too long';
    }
  | DiskFailure;

/** One line a task: what it takes, what it gives. The names are the exports of `tasks.ts`. */
export interface PoolTasks {
  hashAndWrite: { readonly input: HashAndWriteInput; readonly output: HashAndWriteOutput };
  readAndHash: { readonly input: ReadAndHashInput; readonly output: ReadAndHashOutput };
  hashChunks: { readonly input: HashChunksInput; readonly output: HashChunksOutput };
  checkStructure: { readonly input: FilmInput; readonly output: CheckStructureOutput };
  inspect: { readonly input: FilmInput; readonly output: InspectOutput };
  beginReplica: { readonly input: BeginReplicaInput; readonly output: BeginReplicaOutput };
  writeNewFile: { readonly input: WriteNewFileInput; readonly output: WriteNewFileOutput };
  publishReplica: { readonly input: PublishReplicaInput; readonly output: PublishReplicaOutput };
  openReplica: { readonly input: OpenReplicaInput; readonly output: OpenReplicaOutput };
}
