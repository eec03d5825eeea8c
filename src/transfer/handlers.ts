/** What a keeper gives to its transfer server: who it is, and what to do with each transfer. */
import type { ChunkRange } from '../domain/chunk-plan.js';
import type { Digest, FileId, KeeperId, UploadId } from '../domain/ids.js';
import type { Principal } from '../domain/principal.js';
import type { TicketClaims } from '../domain/ticket.js';
import type { ChunkBuffer } from './chunk-buffers.js';
import type { ChunkSource, TransferTotals } from './chunk-source.js';

/** By what a keeper judges tickets; asked anew for each request. A throw refuses the request. */
export interface KeeperAuthority {
  readonly keeper: KeeperId;
  readonly incarnation: number;
  /** The key that the master gave under this id. */
  keyOf(keyId: number): Uint8Array | undefined;
  /** The highest epoch seen. */
  highestEpoch(): number;
  /** The master's monotonic clock, as heartbeats tell it. */
  masterNowMs(): number;
}

/** What came without a good ticket, or not as the protocol has it; nothing came of it. */
export interface RefusedRequest {
  /** `address:port`. */
  readonly peer: string;
  /** By its certificate; undefined where none is asked for, or none was good. */
  readonly who: Principal | undefined;
  /** `handshake`: TLS; `request`: it could not be read. */
  readonly operation: 'put' | 'get' | 'manifest' | 'handshake' | 'request';
  readonly fileId?: FileId;
  readonly why: string;
}

/**
 * Called only for a request whose ticket was found good. A rejection refuses it: a
 * `ReelkeepError` with its code and detail, anything else as `internal`.
 */
export interface TransferHandlers {
  put(request: PutRequest): Promise<PutSink>;
  get(request: GetRequest): Promise<ReadSource>;
  /** The manifest's bytes. */
  manifest(request: AdmittedTransfer): Promise<Uint8Array>;
}

interface AdmittedTransfer {
  readonly claims: TicketClaims;
  readonly fileId: FileId;
  /** Aborted when the connection is gone. */
  readonly signal: AbortSignal;
}

export interface PutRequest extends AdmittedTransfer {
  readonly uploadId: UploadId;
}

export interface GetRequest extends AdmittedTransfer {
  /** Lies within the file, as large as the ticket says it is. */
  readonly range: ChunkRange;
}

/** Takes the chunks of one upload; exactly one of `finish` and `abort` ends it, or `abort` after a failed `finish`. */
export interface PutSink {
  /**
   * Called in order of the index, for several chunks at once. The digest is the sender's word:
   * a sink refuses bytes that differ from it with `integrity`.
   */
  writeChunk(index: number, buffer: ChunkBuffer, length: number, digest: Uint8Array): Promise<void>;
  /** Every chunk is written and the size is the ticket's; the sender is told of success when this resolves. */
  finish(totals: TransferTotals): Promise<void>;
  /** Called once, after every `writeChunk` has settled, unless `finish` succeeded. */
  abort(reason: unknown): Promise<void>;
}

export interface ReadSource extends ChunkSource {
  /** Of the whole file. */
  readonly digest: Digest;
  /** Called once, after every `readChunk` has settled. */
  close(): Promise<void>;
}

/** Takes a `pino` logger. */
export interface TransferLog {
  warn(fields: object, message: string): void;
}
