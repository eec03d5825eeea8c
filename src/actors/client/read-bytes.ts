/** Bytes of a file in order, verified, piece by piece as they are taken; a little of what follows is fetched ahead. */
import { chunkBytes, chunkLength, chunkOffset } from '../../domain/chunk-plan.js';
import { aheadBytes, beginViewing, taken, type Viewing } from '../../domain/read-ahead.js';
import type { ChunkStore, FetchChunk } from './chunk-store.js';
import { clientLimits } from './client-limits.js';
import type { OpenedFile } from './opened-file.js';

interface ByteSpan {
  /** First byte, and the one after the last. */
  readonly from: number;
  readonly to: number;
  readonly signal: AbortSignal;
}

/** @throws why a chunk could not be fetched; the signal's reason */
export async function* readBytes(
  opened: OpenedFile,
  store: ChunkStore,
  { from, to, signal }: ByteSpan,
): AsyncGenerator<Buffer, void, undefined> {
  const { fileId, size } = opened.file;
  const fetchOf =
    (index: number): FetchChunk =>
    (intake, over) =>
      opened.fetchChunk(index, intake, over);
  const ahead = new Ahead(opened, store, { to, fetchOf });
  let viewing: Viewing = beginViewing;
  let at = from;
  try {
    while (at < to) {
      const index = Math.floor(at / chunkBytes);
      const begin = chunkOffset(index);
      const end = Math.min(to, begin + chunkLength(size, index));
      const lease = await store.lease({ fileId, index }, fetchOf(index), signal);
      try {
        while (at < end) {
          const until = Math.min(end, at + clientLimits.pieceBytes);
          const piece = lease.copy(at - begin, until - begin);
          if (piece === undefined) break;
          const givenMs = performance.now();
          yield piece;
          signal.throwIfAborted();
          viewing = taken(viewing, piece.length, performance.now() - givenMs);
          at = until;
          ahead.fetch(at, viewing);
        }
      } finally {
        lease.release();
      }
    }
  } finally {
    ahead.drop();
  }
}

/** What has been asked for ahead of a reader. */
class Ahead {
  readonly #opened: OpenedFile;
  readonly #store: ChunkStore;
  readonly #options: { readonly to: number; readonly fetchOf: (index: number) => FetchChunk };
  /** What says that a chunk is not wanted any more, by its index. */
  readonly #wanted = new Map<number, () => void>();

  constructor(
    opened: OpenedFile,
    store: ChunkStore,
    options: { readonly to: number; readonly fetchOf: (index: number) => FetchChunk },
  ) {
    this.#opened = opened;
    this.#store = store;
    this.#options = options;
  }

  fetch(at: number, viewing: Viewing): void {
    const { to, fetchOf } = this.#options;
    const { fileId } = this.#opened.file;
    const current = Math.floor(at / chunkBytes);
    for (const [index, drop] of this.#wanted) {
      if (index >= current) continue;
      drop();
      this.#wanted.delete(index);
    }
    const until = Math.min(to, at + aheadBytes(viewing, this.#opened.chunkMs));
    for (let index = current + 1; chunkOffset(index) < until; index += 1) {
      if (this.#wanted.has(index)) continue;
      this.#wanted.set(index, this.#store.want({ fileId, index }, fetchOf(index)));
    }
  }

  drop(): void {
    for (const drop of this.#wanted.values()) drop();
  }
}
