import { chunkCount, chunkLength, digestBytes } from '../domain/chunk-plan.js';
import type { Digest } from '../domain/ids.js';
import { blake3, digestOf } from './blake3.js';

/** Which chunks of a file have been written, and with what digests. */
export class ChunkLedger {
  readonly digests: Uint8Array;
  readonly #size: number;
  readonly #written: Uint8Array;
  #missing: number;
  #missingBytes: number;

  /** @param size of the file in bytes. */
  constructor(size: number) {
    this.#size = size;
    this.#missing = chunkCount(size);
    this.#missingBytes = size;
    this.digests = new Uint8Array(this.#missing * digestBytes);
    this.#written = new Uint8Array(this.#missing);
  }

  get missing(): number {
    return this.#missing;
  }

  get missingBytes(): number {
    return this.#missingBytes;
  }

  get fileDigest(): Digest {
    return digestOf(blake3(this.digests));
  }

  fits(index: number, length: number, digest: Uint8Array): boolean {
    const isKnown = Number.isInteger(index) && index >= 0 && index < this.#written.length;
    return isKnown && length === chunkLength(this.#size, index) && digest.length === digestBytes;
  }

  /** Answers how many bytes became present: none for a chunk that was written before. */
  note(index: number, digest: Uint8Array): number {
    this.digests.set(digest, index * digestBytes);
    if (this.#written[index] === 1) return 0;
    this.#written[index] = 1;
    const length = chunkLength(this.#size, index);
    this.#missing -= 1;
    this.#missingBytes -= length;
    return length;
  }
}
