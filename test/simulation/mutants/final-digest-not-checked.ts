/** Bytes that came are bytes that are right. */
import type { Mutant } from './mutant.js';

export const finalDigestNotChecked: Mutant = {
  name: 'final digest not checked',
  does: 'Nobody compares the bytes that came with a digest, be it a client that downloads or a keeper that stores or copies: neither each chunk, of which the digest of the file is made, nor the whole at the end.',
  breaks: ['S3', 'S12', 'S6', 'S14'],
  patches: [
    {
      file: 'src/storage/pool/hash-and-write.ts',
      from: `  if (Buffer.compare(blake3(bytes), input.digest) !== 0) return { ok: false, failure: 'mismatch' };
`,
      to: '',
    },
    {
      file: 'src/storage/staged-replica.ts',
      from: `    if (digest !== this.digest)
      throw new ReelkeepError('integrity', 'the file does not match its digest');
`,
      to: '',
    },
  ],
};
