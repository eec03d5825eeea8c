/** A retry that nobody can tell from another upload. */
import type { Mutant } from './mutant.js';

export const retryWithANewUploadId: Mutant = {
  name: 'retry with a new uploadId',
  does: 'A client that tries again gives its upload a new id, so that it stands in its own way, and gives up the last try only.',
  breaks: ['S19', 'S17', 'S18', 'L2'],
  patches: [
    {
      file: 'src/machines/upload.machine.ts',
      from: `import { assign, cancel, raise, setup } from 'xstate';`,
      to: `import { randomBytes } from 'node:crypto';
import { assign, cancel, raise, setup } from 'xstate';`,
    },
    {
      file: 'src/machines/upload.machine.ts',
      from: 'countWait: assign({ waits: ({ context }) => context.waits + 1 }),',
      to: `countWait: assign({
      waits: ({ context }) => context.waits + 1,
      uploadId: () => randomBytes(16).toString('hex') as UploadId,
    }),`,
    },
  ],
};
