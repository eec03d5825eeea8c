/**
 * S23, S6: a row that becomes live stands for bytes that are durable on that keeper and match the
 * digest of the table. What faults took since is not held against it, unless the row is of a start
 * that came after: that one had looked.
 */
import type { FileRecord, ReplicaRecord } from '../../../src/domain/file-record.js';
import type { ReplicaTruth, SimCluster } from '../cluster/sim-cluster.js';
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
        const truth = cluster.replica(keeper, file.fileId, content);
        if (truth !== 'sound' && !isExcused(cluster, file, row, truth))
          cluster.report(
            'S23',
            `${file.name} counts as live on ${keeper.name}, where it is ${truth}`,
          );
      }
    },
  };
}

function isExcused(
  cluster: SimCluster,
  { fileId }: FileRecord,
  { keeper: id, incarnation }: ReplicaRecord,
  truth: ReplicaTruth,
): boolean {
  const keeper = cluster.keeperOf(id);
  if (keeper === undefined || !cluster.isExcused(keeper, fileId)) return false;
  // That bytes are wrong is seen only by whoever reads them; an older table counts starts anew.
  if (truth === 'damaged' || cluster.misplaced.has(keeper) || cluster.tableWasReplaced) return true;
  return incarnation <= cluster.damage.lastToKnow(id, fileId);
}
