/**
 * A ticket is the master's signed permission for one transfer on one keeper.
 *
 * These are its claims; how they are signed and proved on the wire is in
 * `transfer/ticket-proof.ts`. A keeper checks every claim before it acts.
 */
import type { Digest, FileId, KeeperId, UploadId, WallMs } from './ids.js';

export type TransferOperation = 'put' | 'get';

export interface TicketClaims {
  /** `get` also permits reading the manifest. */
  readonly operation: TransferOperation;
  readonly fileId: FileId;
  /** Of a `put`; absent for a `get`. */
  readonly uploadId?: UploadId;
  readonly keeper: KeeperId;
  /** Of the keeper; a ticket does not outlive the keeper's start. */
  readonly incarnation: number;
  readonly epoch: number;
  /** Bytes of the whole file. */
  readonly size: number;
  /** Of the whole file; absent for a `put`, whose digest is not known yet. */
  readonly digest?: Digest;
  /** The transfer must begin before this time of the master's monotonic clock, which keepers follow through heartbeats. */
  readonly expiresAtMs: number;
  /** Of a `get`: another keeper reads to make a copy, and no client. */
  readonly forCopy?: true;
  /** 16 random bytes as hex: a `put` ticket serves once. */
  readonly nonce: string;
  /** Whom it was given to, as `role/name`; absent where there are no certificates. */
  readonly bearer?: string;
  /** Which of the keeper's keys signed it. */
  readonly keyId: number;
  /** Of a `put`: what the manifest says besides, so that a disk alone can tell what it holds. */
  readonly label?: FileLabel;
}

export interface FileLabel {
  readonly name: string;
  readonly target: number;
  readonly createdAt: WallMs;
}
