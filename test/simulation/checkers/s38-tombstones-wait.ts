/** S38: a tombstone lets go of a keeper only when the bytes are off its disk, durably. */
import type { FileId } from '../../../src/domain/ids.js';
import { objectPath, type SimCluster } from '../cluster/sim-cluster.js';
import type { TableReading } from '../cluster/table-reading.js';
import type { Checker } from './checker.js';

export function tombstonesWait(cluster: SimCluster): Checker {
  return {
    invariant: 'S38',
    committed(before, after) {
      for (const { fileId, holder } of letGo(before, after))
        if (mayRemain(cluster, holder, fileId))
          cluster.report('S38', `the tombstone of ${fileId} forgot ${holder}, which still has it`);
    },
  };
}

function* letGo(before: TableReading | undefined, after: TableReading) {
  for (const [fileId, { holders }] of before?.tombstones ?? []) {
    const still = after.tombstones.get(fileId)?.holders ?? [];
    for (const holder of holders) if (!still.includes(holder)) yield { fileId, holder };
  }
}

function mayRemain(cluster: SimCluster, holder: string, fileId: FileId): boolean {
  const keeper = cluster.keepers.find(({ name }) => name === holder);
  if (keeper === undefined || cluster.isExcused(keeper, fileId)) return false;
  return keeper.box.disk.mayRemain(objectPath(fileId).data);
}
