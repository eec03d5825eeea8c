import { blake3 } from '../blake3.js';
import { writeFully } from '../full-io.js';
import { catchDiskFailure } from './disk-failure.js';
import type { HashAndWriteInput, HashAndWriteOutput } from './task-messages.js';

/** Writes a chunk whole, and only if it has the digest that came with it. */
export function hashAndWrite(input: HashAndWriteInput): HashAndWriteOutput {
  const bytes = Buffer.from(input.shared, 0, input.length);
  if (Buffer.compare(blake3(bytes), input.digest) !== 0) return { ok: false, failure: 'mismatch' };
  return catchDiskFailure<HashAndWriteOutput>(() => {
    writeFully(input.fd, bytes, input.position);
    return { ok: true };
  });
}
