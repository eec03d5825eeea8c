/** What was called deleted is there again after a power cut. */
import type { Mutant } from './mutant.js';

export const noDirectorySyncAfterUnlink: Mutant = {
  name: 'no directory sync after unlink',
  does: 'A keeper confirms a deletion when the files are unlinked, without a sync of their directory; the tombstone ends on the strength of that.',
  breaks: ['S38', 'S35', 'S9'],
  patches: [
    {
      file: 'src/storage/drop-replicas.ts',
      from: `  for (const [path, ids] of changed) {
    const error = await attempt(parts, () => parts.sync.directory(path));
    if (error !== undefined) failed.push(...ids.map((fileId) => ({ fileId, error })));
  }
`,
      to: '',
    },
  ],
};
