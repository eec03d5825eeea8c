/** A whole file hashed in steps, so that others get their turn in the pool, and all of it put together. */
import { type ChunkRange, chunkCount, digestBytes, rangeBytes } from '../../domain/chunk-plan.js';
import type { Digest } from '../../domain/ids.js';
import { blake3, digestOf } from '../blake3.js';
import type { DiskFailure, HashChunksInput, HashChunksOutput, ShortFile } from './task-messages.js';

export interface FileDigests {
  readonly ok: true;
  /** BLAKE3 of `chunkDigests`. */
  readonly digest: Digest;
  /** 32 bytes for each chunk, in order. */
  readonly chunkDigests: Uint8Array;
  /** The answer to the challenge, when there was one. */
  readonly proof?: Digest;
}

export interface FileReading {
  /** How many threads may work on it at once; 1. */
  readonly parallel?: number;
  /** Called between two tasks with the bytes of the first; when it rejects, so does the reading. */
  readonly pause?: (bytes: number) => Promise<void>;
  /** 32 bytes that nobody knew before: only who has all the bytes now can answer. */
  readonly challenge?: Uint8Array;
}

interface Steps {
  readonly chunksPerStep: number;
  hashChunks(input: HashChunksInput): Promise<HashChunksOutput>;
}

type HashedChunks = Extract<HashChunksOutput, { readonly ok: true }>;

export async function hashFile(
  { chunksPerStep, hashChunks }: Steps,
  { fd, size }: { readonly fd: number; readonly size: number },
  { parallel = 1, pause, challenge }: FileReading,
): Promise<FileDigests | ShortFile | DiskFailure> {
  const chunkDigests = new Uint8Array(chunkCount(size) * digestBytes);
  const answers = challenge && new Uint8Array(chunkDigests.length);
  const ranges = cutIntoSteps(chunkCount(size), chunksPerStep);
  let failed: ShortFile | DiskFailure | undefined;
  const input = { fd, size, ...(challenge && { challenge }) };
  const keepPart = (part: HashedChunks, at: number): void => {
    chunkDigests.set(part.digests, at);
    if (part.answers) answers?.set(part.answers, at);
  };
  const hashNext = async (): Promise<void> => {
    let hashedBytes = 0;
    for (let range = ranges.next(); !range.done && !failed; range = ranges.next()) {
      if (hashedBytes > 0) await pause?.(hashedBytes);
      const part = await hashChunks({ ...input, ...range.value });
      if (part.ok) keepPart(part, range.value.first * digestBytes);
      else failed = part;
      hashedBytes = rangeBytes(size, range.value);
    }
  };
  // all of them have ended when this settles, so that the caller may close the descriptor
  const ends = await Promise.allSettled(Array.from({ length: parallel }, hashNext));
  for (const end of ends) if (end.status === 'rejected') throw end.reason;
  if (failed) return failed;
  const proof = answers && { proof: digestOf(blake3(answers)) };
  return { ok: true, digest: digestOf(blake3(chunkDigests)), chunkDigests, ...proof };
}

function* cutIntoSteps(chunks: number, chunksPerStep: number): Generator<ChunkRange> {
  for (let first = 0; first < chunks; first += chunksPerStep)
    yield { first, count: Math.min(chunksPerStep, chunks - first) };
}
