/** Who gives the chunks of a file, and who takes them; written by the callers of this room. */
import type { Digest } from '../domain/ids.js';
import type { ChunkBuffer } from './chunk-buffers.js';

export interface ChunkRead {
  /** Bytes, from the beginning of the buffer. */
  readonly length: number;
  /** BLAKE3 of them: 32 bytes. */
  readonly digest: Uint8Array;
}

export interface ChunkSource {
  /** Bytes of the whole file. */
  readonly size: number;
  /** Called for several chunks at once, begun in order. */
  readChunk(index: number, buffer: ChunkBuffer): Promise<ChunkRead>;
}

/** A chunk that has arrived; its bytes are not yet compared with its digest. */
export interface ArrivedChunk {
  readonly index: number;
  readonly buffer: ChunkBuffer;
  readonly length: number;
  /** 32 bytes, as the sender declares it. */
  readonly digest: Uint8Array;
}

export interface TransferTotals {
  /** Bytes that came. */
  readonly size: number;
  readonly chunks: number;
  /** Of the whole file, as the sender declares it. */
  readonly digest: Digest;
}
