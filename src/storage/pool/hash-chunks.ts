import { chunkBytes, chunkLength, chunkOffset, digestBytes } from '../../domain/chunk-plan.js';
import { blake3, keyedBlake3 } from '../blake3.js';
import { readFully } from '../full-io.js';
import { catchDiskFailure } from './disk-failure.js';
import type { HashChunksInput, HashChunksOutput } from './task-messages.js';

/** One for each thread, made at its first use; a task runs alone in its thread and never waits. */
let buffer: Buffer | undefined;

export function hashChunks(input: HashChunksInput): HashChunksOutput {
  const { fd, size, first, count, challenge } = input;
  buffer ??= Buffer.allocUnsafeSlow(chunkBytes);
  const chunk = buffer;
  return catchDiskFailure<HashChunksOutput>(() => {
    const digests = new Uint8Array(count * digestBytes);
    const answers = challenge && new Uint8Array(count * digestBytes);
    for (let at = 0; at < count; at += 1) {
      const index = first + at;
      const bytes = chunk.subarray(0, chunkLength(size, index));
      if (readFully(fd, bytes, chunkOffset(index)) < bytes.length)
        return { ok: false, failure: 'short' };
      digests.set(blake3(bytes), at * digestBytes);
      if (challenge) answers?.set(keyedBlake3(challenge, bytes), at * digestBytes);
    }
    return { ok: true, digests, ...(answers && { answers }) };
  });
}
