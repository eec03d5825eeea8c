/** A single chunk of a file as what a fetch of ranges fills: verified, and kept in the buffer in which it came. */
import { type ChunkRange, chunkLength } from '../../domain/chunk-plan.js';
import { chunkDigest, type Manifest } from '../../domain/manifest.js';
import { blake3 } from '../../storage/blake3.js';
import type { ChunkBuffer } from '../../transfer/chunk-buffers.js';
import type { ChunkSink } from './chunk-sink.js';
import type { ChunkIntake } from './chunk-store.js';

export class OneChunk implements ChunkSink {
  readonly before = Number.POSITIVE_INFINITY;
  readonly isHeldUp = false;
  onGrown: () => void = () => undefined;
  readonly missing: readonly ChunkRange[];
  readonly #manifest: Manifest;
  readonly #intake: ChunkIntake;

  constructor(manifest: Manifest, index: number, intake: ChunkIntake) {
    this.#manifest = manifest;
    this.#intake = intake;
    this.missing = [{ first: index, count: 1 }];
  }

  async keep(index: number, buffer: ChunkBuffer, length: number): Promise<'kept' | 'mismatch'> {
    if (length !== chunkLength(this.#manifest.size, index)) return 'mismatch';
    const digest = blake3(buffer.bytes.subarray(0, length));
    if (Buffer.compare(digest, chunkDigest(this.#manifest, index)) !== 0) return 'mismatch';
    this.#intake.keep(buffer, length);
    return 'kept';
  }

  async finish(): Promise<void> {}

  async suspend(): Promise<void> {}

  async discard(): Promise<void> {}
}
