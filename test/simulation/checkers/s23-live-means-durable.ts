/**
 * S23, S6: a row that becomes live stands for bytes that are durable on that keeper and match the
 * digest of the table. What faults took since is not held against it.
 */
import type { SimCluster } from '../cluster/sim-cluster.js';
import type { Checker } from './checker.js';
import { newlySound } from './newly-sound.js';

export function liveMeansDurable(cluster: SimCluster): Checker {
  return {
    invariant: 'S23',
    committed(before, after) {
      for (const { file, row } of newlySound(before, after)) {
        const content = cluster.contentOf(file.digest);
        const keeper = cluster.keeperOf(row.keeper);
        if (content === undefined || keeper === undefined) {
          cluster.report('S23', `${file.name} has a digest or a keeper that nobody knows`);
          return;
        }
        if (cluster.isExcused(keeper, file.fileId)) continue;
        const truth = cluster.replica(keeper, file.fileId, content);
        if (truth !== 'sound')
          cluster.report(
            'S23',
            `${file.name} counts as live on ${keeper.name}, where it is ${truth}`,
          );
      }
    },
  };
}
