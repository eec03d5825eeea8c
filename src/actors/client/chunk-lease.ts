/** A chunk in memory that someone reads from; its bytes are copied out, for the memory may be taken back. */
export class ChunkLease {
  readonly #bytes: Buffer;
  readonly #onReleased: () => void;
  #isOver = false;
  /** When the reader took the last bytes, or got the lease. */
  takenAtMs = performance.now();

  constructor(bytes: Buffer, onReleased: () => void) {
    this.#bytes = bytes;
    this.#onReleased = onReleased;
  }

  /** A copy; undefined when the memory was taken back: the chunk has to be asked for again then. */
  copy(from: number, to: number): Buffer | undefined {
    if (this.#isOver) return undefined;
    this.takenAtMs = performance.now();
    const copy = Buffer.allocUnsafeSlow(to - from);
    this.#bytes.copy(copy, 0, from, to);
    return copy;
  }

  /** By whom the memory belongs to. */
  revoke(): void {
    this.#isOver = true;
  }

  /** By the reader, once at least. */
  release(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#onReleased();
  }
}
