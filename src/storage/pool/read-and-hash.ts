import { fstatSync } from 'node:fs';
import { blake3 } from '../blake3.js';
import { readFully } from '../full-io.js';
import { catchDiskFailure } from './disk-failure.js';
import type { ReadAndHashInput, ReadAndHashOutput } from './task-messages.js';

/** Leaves the bytes at the start of `shared`. */
export function readAndHash(input: ReadAndHashInput): ReadAndHashOutput {
  const bytes = Buffer.from(input.shared, 0, input.length);
  return catchDiskFailure<ReadAndHashOutput>(() => {
    if (readFully(input.fd, bytes, input.position) < input.length)
      return { ok: false, failure: 'short' };
    const { size, mtimeMs } = fstatSync(input.fd);
    return { ok: true, digest: blake3(bytes), size, mtimeMs };
  });
}
