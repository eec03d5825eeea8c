/** Positioned reading and writing that goes on where the operating system stopped early; blocks its thread. */
import { readSync, writeSync } from 'node:fs';

/**
 * Of one write. For a larger one Linux looks for page cache in blocks of as many pages, which it
 * finds only where memory has lain unused: on a virtual machine that has given it back to its host,
 * ten times slower than pages that were in use a moment ago.
 */
const writeBytesMax = 128 * 1024;

/** Answers how many bytes were read: fewer than asked for only at the end of the file. */
export function readFully(fd: number, into: Uint8Array, position: number): number {
  let done = 0;
  while (done < into.length) {
    const count = readSync(fd, into, done, into.length - done, position + done);
    if (count === 0) break;
    done += count;
  }
  return done;
}

export function writeFully(fd: number, bytes: Uint8Array, position: number): void {
  let done = 0;
  while (done < bytes.length) {
    const count = Math.min(writeBytesMax, bytes.length - done);
    done += writeSync(fd, bytes, done, count, position + done);
  }
}
