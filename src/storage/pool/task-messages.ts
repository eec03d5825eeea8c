/** What goes into the pool and what comes out: plain data, and shared memory that is only lent. */

import type { StructureVerdict } from '../../domain/mp4-boxes.js';
import type { Mp4Facts } from '../../domain/mp4-facts.js';

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
}

export interface PathInput {
  readonly path: string;
}

export interface ReadFactsInput extends PathInput {
  readonly faststart: boolean;
  readonly fragmented: boolean;
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
/** `digests` is 32 bytes for each chunk, in order. */
export type HashChunksOutput =
  | { readonly ok: true; readonly digests: Uint8Array }
  | ShortFile
  | DiskFailure;
export type CheckStructureOutput =
  | { readonly ok: true; readonly verdict: StructureVerdict }
  | DiskFailure;

/** One line a task: what it takes, what it gives. The names are the exports of `tasks.ts`. */
export interface PoolTasks {
  hashAndWrite: { readonly input: HashAndWriteInput; readonly output: HashAndWriteOutput };
  readAndHash: { readonly input: ReadAndHashInput; readonly output: ReadAndHashOutput };
  hashChunks: { readonly input: HashChunksInput; readonly output: HashChunksOutput };
  checkStructure: { readonly input: PathInput; readonly output: CheckStructureOutput };
  readFacts: { readonly input: ReadFactsInput; readonly output: Mp4Facts };
}
