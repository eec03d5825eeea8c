/** Where the chunks of a download go: a file beside its target, or a stream in order. */
import type { ChunkRange } from '../../domain/chunk-plan.js';
import type { ChunkBuffer } from '../../transfer/chunk-buffers.js';

export interface ChunkSink {
  /** What is not here yet. */
  readonly missing: readonly ChunkRange[];
  /** Only chunks before this one may be fetched now; it grows as chunks are kept and read. */
  readonly before: number;
  /** Waiting for whoever reads what was fetched, and for no keeper. */
  readonly isHeldUp: boolean;
  /** Called when `before` has grown because of the reader. */
  onGrown: () => void;
  /**
   * Keeps the chunk if its bytes have the digest of the manifest. The buffer is the caller's
   * again when this settles.
   * @throws ReelkeepError when it cannot be kept on this machine
   */
  keep(index: number, buffer: ChunkBuffer, length: number): Promise<'kept' | 'mismatch'>;
  /** All chunks are kept: resolves when the file is whole where it was wanted. */
  finish(): Promise<void>;
  /** Lets go without finishing; what a later run can use stays. */
  suspend(): Promise<void>;
  /** Lets go and leaves nothing behind: the file is not wanted any more. */
  discard(): Promise<void>;
}
