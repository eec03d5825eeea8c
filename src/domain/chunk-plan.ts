/**
 * How a file is cut into chunks: the unit of hashing, of sending and of verifying.
 *
 * An empty file has no chunk. All sizes are bytes.
 */
import assert from 'node:assert/strict';

export const chunkBytes = 4 * 1024 * 1024;
export const digestBytes = 32;
/** 64 TiB: the largest file whose manifest stays below the limit of a manifest. */
export const fileBytesMax = 64 * 1024 ** 4;

/** A run of chunks: `count` of them from index `first`. */
export interface ChunkRange {
  readonly first: number;
  readonly count: number;
}

export const chunkCount = (size: number): number => Math.ceil(size / chunkBytes);

export const chunkOffset = (index: number): number => index * chunkBytes;

export function chunkLength(size: number, index: number): number {
  assert(index >= 0 && index < chunkCount(size), `chunk ${index} of a file of ${size} bytes`);
  return Math.min(chunkBytes, size - chunkOffset(index));
}

export const wholeFile = (size: number): ChunkRange => ({ first: 0, count: chunkCount(size) });

export function rangeBytes(size: number, { first, count }: ChunkRange): number {
  if (count === 0) return 0;
  assert(
    first >= 0 && first + count <= chunkCount(size),
    `range ${first}+${count} of ${size} bytes`,
  );
  return Math.min(size, chunkOffset(first + count)) - chunkOffset(first);
}
