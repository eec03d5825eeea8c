/** A download into a stream: chunks are held back until those before them have been written. */
import type { Writable } from 'node:stream';
import { type ChunkRange, chunkCount, chunkLength } from '../../domain/chunk-plan.js';
import { chunkDigest, type Manifest } from '../../domain/manifest.js';
import { blake3 } from '../../storage/blake3.js';
import type { ChunkBuffer } from '../../transfer/chunk-buffers.js';
import type { ChunkSink } from './chunk-sink.js';
import { clientLimits } from './client-limits.js';

export class StreamSink implements ChunkSink {
  onGrown: () => void = () => undefined;
  readonly #manifest: Manifest;
  readonly #stream: Writable;
  readonly #held = new Map<number, Buffer>();
  readonly #fail = (error: Error): void => {
    this.#failure ??= error;
  };
  #isHeldUp = false;
  #next = 0;
  #failure: Error | undefined;
  #writing: Promise<void> = Promise.resolve();

  constructor(stream: Writable, manifest: Manifest) {
    this.#stream = stream;
    this.#manifest = manifest;
    stream.on('error', this.#fail);
  }

  get isHeldUp(): boolean {
    return this.#isHeldUp;
  }

  /** Why the stream takes no more: of the stream's own making, such as `EPIPE`. */
  get failure(): Error | undefined {
    return this.#failure;
  }

  get missing(): readonly ChunkRange[] {
    const ranges: ChunkRange[] = [];
    let first = this.#next;
    for (const index of [...this.#held.keys()].sort((a, b) => a - b)) {
      if (index > first) ranges.push({ first, count: index - first });
      first = Math.max(first, index + 1);
    }
    const end = chunkCount(this.#manifest.size);
    return first < end ? [...ranges, { first, count: end - first }] : ranges;
  }

  get before(): number {
    return this.#next + clientLimits.aheadChunksMax;
  }

  async keep(index: number, buffer: ChunkBuffer, length: number): Promise<'kept' | 'mismatch'> {
    if (this.#failure !== undefined) throw this.#failure;
    if (length !== chunkLength(this.#manifest.size, index)) return 'mismatch';
    const bytes = buffer.bytes.subarray(0, length);
    if (Buffer.compare(blake3(bytes), chunkDigest(this.#manifest, index)) !== 0) return 'mismatch';
    // The buffer goes back to the network before the reader may have come this far.
    if (index >= this.#next) this.#held.set(index, Buffer.from(bytes));
    this.#writing = this.#writing.then(() => this.#writeReady());
    return 'kept';
  }

  async finish(): Promise<void> {
    await this.#writing;
    this.#stream.off('error', this.#fail);
    if (this.#failure !== undefined) throw this.#failure;
  }

  async suspend(): Promise<void> {
    this.#held.clear();
    this.#stream.off('error', this.#fail);
  }

  discard(): Promise<void> {
    return this.suspend();
  }

  /** Never rejects: what goes wrong is told by the next `keep`, or at the end. */
  async #writeReady(): Promise<void> {
    while (this.#failure === undefined && this.#next < chunkCount(this.#manifest.size)) {
      const bytes = this.#held.get(this.#next);
      if (bytes === undefined) return;
      await this.#write(bytes);
      this.#held.delete(this.#next);
      this.#next += 1;
      this.onGrown();
    }
  }

  /** Settles when the reader has taken the bytes, or never will. */
  async #write(bytes: Buffer): Promise<void> {
    this.#isHeldUp = true;
    await new Promise<void>((resolve) => {
      this.#stream.write(bytes, (error) => {
        if (error) this.#fail(error);
        resolve();
      });
    });
    this.#isHeldUp = false;
  }
}
