/**
 * Whether chunks come as they must: each index once and in order, every chunk
 * full but the last of the file, no more bytes than agreed, and an end frame
 * that counts what was sent.
 */
import { type ChunkRange, chunkBytes, rangeBytes } from '../domain/chunk-plan.js';
import type { ChunkFrame, EndFrame } from './frames.js';

export interface SequencePlan {
  readonly first: number;
  readonly bytesMax: number;
  /** The transfer is whole only with all of `bytesMax`. */
  readonly exact: boolean;
}

export const planOfRange = (size: number, range: ChunkRange): SequencePlan => ({
  first: range.first,
  bytesMax: rangeBytes(size, range),
  exact: true,
});

export const planUpTo = (bytesMax: number): SequencePlan => ({ first: 0, bytesMax, exact: false });

export class ChunkSequence {
  readonly #plan: SequencePlan;
  #chunks = 0;
  #bytes = 0;

  constructor(plan: SequencePlan) {
    this.#plan = plan;
  }

  /** @returns what is wrong with this chunk, if anything */
  add({ index, length }: Pick<ChunkFrame, 'index' | 'length'>): string | undefined {
    const expected = this.#plan.first + this.#chunks;
    if (index !== expected) return `chunk ${index} came where ${expected} belongs`;
    if (this.#bytes !== this.#chunks * chunkBytes) return `chunk ${index} follows a short one`;
    if (this.#bytes + length > this.#plan.bytesMax) {
      return `chunk ${index} goes past the ${this.#plan.bytesMax} bytes agreed`;
    }
    this.#chunks += 1;
    this.#bytes += length;
    return undefined;
  }

  /** @returns what is wrong with these totals, if anything */
  end({ bytes, chunks }: Pick<EndFrame, 'bytes' | 'chunks'>): string | undefined {
    if (bytes !== this.#bytes || chunks !== this.#chunks) {
      return `${this.#bytes} bytes in ${this.#chunks} chunks came, ${bytes} in ${chunks} were announced`;
    }
    if (this.#plan.exact && bytes !== this.#plan.bytesMax) {
      return `${bytes} bytes came of the ${this.#plan.bytesMax} agreed`;
    }
    return undefined;
  }
}
