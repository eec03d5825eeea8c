/**
 * The memory of transfers: a bounded number of reused buffers of one chunk each.
 *
 * They lie in shared memory, so that a pool thread hashes, writes or reads them
 * without a copy, and the socket fills and sends them in place.
 */
import assert from 'node:assert/strict';
import { chunkBytes } from '../domain/chunk-plan.js';
import { Slots } from './slots.js';

export interface ChunkBuffer {
  readonly shared: SharedArrayBuffer;
  /** All of `shared`: `chunkBytes` long. */
  readonly bytes: Buffer;
}

export interface BufferSource {
  /** Waits for a free buffer; rejects with the signal's reason when that comes first. */
  acquire(signal?: AbortSignal): Promise<ChunkBuffer>;
  release(buffer: ChunkBuffer): void;
}

export interface ChunkBuffersOptions {
  /** Buffers in use at once. */
  readonly buffersMax: number;
  /** Free buffers that are kept; all of them unless told otherwise. */
  readonly freeMax?: number;
}

export class ChunkBuffers implements BufferSource {
  readonly #slots: Slots;
  readonly #freeMax: number;
  readonly #free: ChunkBuffer[] = [];
  readonly #used = new Set<ChunkBuffer>();

  constructor({ buffersMax, freeMax = buffersMax }: ChunkBuffersOptions) {
    this.#slots = new Slots(buffersMax);
    this.#freeMax = freeMax;
  }

  get inUse(): number {
    return this.#used.size;
  }

  async acquire(signal?: AbortSignal): Promise<ChunkBuffer> {
    await this.#slots.take(signal);
    const buffer = this.#free.pop() ?? createChunkBuffer();
    this.#used.add(buffer);
    return buffer;
  }

  release(buffer: ChunkBuffer): void {
    assert(this.#used.delete(buffer), 'a chunk buffer is released once, to the pool it came from');
    if (this.#free.length < this.#freeMax) this.#free.push(buffer);
    this.#slots.free();
  }
}

/** At most so many buffers of another source: what one transfer may hold. */
export class BufferQuota implements BufferSource {
  readonly #source: BufferSource;
  readonly #slots: Slots;

  constructor(source: BufferSource, buffersMax: number) {
    this.#source = source;
    this.#slots = new Slots(buffersMax);
  }

  async acquire(signal?: AbortSignal): Promise<ChunkBuffer> {
    await this.#slots.take(signal);
    try {
      return await this.#source.acquire(signal);
    } catch (aborted) {
      this.#slots.free();
      throw aborted;
    }
  }

  release(buffer: ChunkBuffer): void {
    this.#source.release(buffer);
    this.#slots.free();
  }
}

function createChunkBuffer(): ChunkBuffer {
  const shared = new SharedArrayBuffer(chunkBytes);
  return { shared, bytes: Buffer.from(shared) };
}
