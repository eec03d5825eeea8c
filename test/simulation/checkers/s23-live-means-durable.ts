/**
 * S23, S6: a row that becomes live stands for bytes that are durable on that keeper and match the
 * digest of the table. What faults took since is not held against it.
 */
import type { FileRecord, ReplicaRecord } from '../../../src/domain/file-record.js';
import type { SimCluster } from '../cluster/sim-cluster.js';
import type { TableReading } from '../cluster/table-reading.js';
import type { Checker } from './checker.js';

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

/** Rows that were not there before, or for an earlier start of their keeper. */
function* newlySound(before: TableReading | undefined, after: TableReading) {
  // The first that is seen of a table that was put in the place of another says what was once true.
  if (before === undefined) return;
  for (const file of after.files.values())
    for (const row of file.replicas)
      if (row.standing === 'sound' && !vouchedFor(before, file, row)) yield { file, row };
}

function vouchedFor(before: TableReading, { fileId }: FileRecord, row: ReplicaRecord): boolean {
  const was = before.files.get(fileId)?.replicas.find(({ keeper }) => keeper === row.keeper);
  return was?.standing === 'sound' && was.incarnation === row.incarnation;
}
