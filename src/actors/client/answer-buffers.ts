/**
 * Memory for the answers of keepers that are asked for single chunks.
 *
 * The first of them has its buffer before a keeper is asked, so that none is kept waiting for
 * memory. The end of an answer needs none, and is read into one that everyone shares: what a keeper
 * sends beyond its chunks is refused, whatever it did to the bytes there.
 */
import { chunkBytes } from '../../domain/chunk-plan.js';
import type { BufferSource, ChunkBuffer } from '../../transfer/chunk-buffers.js';

export class WithOneAtHand implements BufferSource {
  readonly #source: BufferSource;
  #atHand: ChunkBuffer | undefined;

  /** Waits for memory. */
  static async take(source: BufferSource, signal: AbortSignal): Promise<WithOneAtHand> {
    return new WithOneAtHand(source, await source.acquire(signal));
  }

  private constructor(source: BufferSource, atHand: ChunkBuffer) {
    this.#source = source;
    this.#atHand = atHand;
  }

  async acquire(signal?: AbortSignal): Promise<ChunkBuffer> {
    const buffer = this.#atHand ?? (await this.#source.acquire(signal));
    if (buffer === this.#atHand) this.#atHand = undefined;
    return buffer;
  }

  release(buffer: ChunkBuffer): void {
    this.#source.release(buffer);
  }

  /** To be called when no answer is read any more. */
  giveBack(): void {
    if (this.#atHand !== undefined) this.#source.release(this.#atHand);
    this.#atHand = undefined;
  }
}

/** @param chunks in the answer, before its end */
export function buffersOfAnswer(source: BufferSource, chunks: number): BufferSource {
  let asked = 0;
  return {
    acquire: async (signal) => {
      asked += 1;
      return asked > chunks ? sharedBuffer() : await source.acquire(signal);
    },
    release: (buffer) => {
      if (buffer !== shared) source.release(buffer);
    },
  };
}

let shared: ChunkBuffer | undefined;

function sharedBuffer(): ChunkBuffer {
  if (shared === undefined) {
    const memory = new SharedArrayBuffer(chunkBytes);
    shared = { shared: memory, bytes: Buffer.from(memory) };
  }
  return shared;
}
