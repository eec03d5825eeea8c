/** S15, S36: a file id means one digest for ever, and never comes back once it was deleted. */
import type { SimCluster } from '../cluster/sim-cluster.js';
import type { Checker } from './checker.js';
import { FileLives } from './file-lives.js';

export function bytesNeverChange(cluster: SimCluster): Checker {
  const digests = new Map<string, string>();
  const lives = new FileLives();
  return {
    invariant: 'S15',
    committed(before, after) {
      for (const { fileId, digest, name } of after.files.values()) {
        if ((digests.get(fileId) ?? digest) !== digest)
          cluster.report('S15', `the bytes of ${name} (${fileId}) have changed`);
        digests.set(fileId, digest);
        if (lives.deleted.has(fileId) && !cluster.tableWasReplaced)
          cluster.report('S36', `${name} (${fileId}) was deleted and is in the table again`);
      }
      lives.note(before, after);
    },
  };
}
