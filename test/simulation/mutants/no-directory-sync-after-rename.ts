/** The data is durable and its name is not. */
import type { Mutant } from './mutant.js';

export const noDirectorySyncAfterRename: Mutant = {
  name: 'no directory sync after rename',
  does: 'A keeper calls a replica durable when its synced files have been renamed into place, without a sync of any directory.',
  breaks: ['S2', 'S1', 'S9', 'S23'],
  patches: [
    {
      file: 'src/storage/staged-replica.ts',
      from: `
        await sync.directory(layout.bucket(this.fileId));
        // the bucket itself may be new
        await sync.directory(layout.objects);`,
      to: '',
    },
  ],
};
