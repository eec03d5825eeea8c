/** The bytes of one plane of a file: grows, shrinks, and is zero where nothing was written. */
import { TrapError } from '../world.js';

/** Files in a run are small; a larger one is a mistake of the program or of the story. */
const fileBytesMax = 256 * 1024 * 1024;

export class SparseBytes {
  /** Beyond the size it is always zero. */
  #buffer: Buffer;
  #size: number;

  /** @param bytes copied. */
  constructor(bytes: Uint8Array = new Uint8Array(0)) {
    this.#buffer = Buffer.from(bytes);
    this.#size = bytes.length;
  }

  get size(): number {
    return this.#size;
  }

  /** Answers how many bytes there were to be had. */
  read(into: Uint8Array, offset: number): number {
    const count = Math.max(0, Math.min(into.length, this.#size - offset));
    if (count > 0) into.set(this.#buffer.subarray(offset, offset + count));
    return count;
  }

  write(bytes: Uint8Array, offset: number): void {
    if (bytes.length === 0) return;
    this.#growTo(offset + bytes.length);
    this.#buffer.set(bytes, offset);
  }

  truncate(size: number): void {
    if (size > this.#size) this.#growTo(size);
    else {
      this.#buffer.fill(0, size, this.#size);
      this.#size = size;
    }
  }

  flip(offset: number, bit: number): void {
    const byte = this.#buffer[offset];
    if (byte !== undefined && offset < this.#size) this.#buffer[offset] = byte ^ (1 << bit);
  }

  copy(): Buffer {
    return Buffer.from(this.#buffer.subarray(0, this.#size));
  }

  #growTo(size: number): void {
    if (size > fileBytesMax) throw new TrapError(`a simulated file of ${size} bytes`);
    if (size <= this.#size) return;
    if (size > this.#buffer.length) {
      const grown = Buffer.alloc(Math.max(size, 2 * this.#buffer.length));
      grown.set(this.#buffer.subarray(0, this.#size));
      this.#buffer = grown;
    }
    this.#size = size;
  }
}
