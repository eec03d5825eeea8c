/** S10: whatever crashed, each index of the table says what its rows say, and each count is a sum over them. */
import { isDeepStrictEqual } from 'node:util';
import type { SimCluster } from '../cluster/sim-cluster.js';
import { nameBytes, type TableReading } from '../cluster/table-reading.js';
import type { Checker } from './checker.js';

export function indexesAgree(cluster: SimCluster): Checker {
  return {
    invariant: 'S10',
    committed(_, after) {
      const fault = findDisagreement(after);
      if (fault !== undefined) cluster.report('S10', fault);
    },
  };
}

function findDisagreement(table: TableReading): string | undefined {
  const files = [...table.files.values()];
  const tombstones = [...table.tombstones.values()];
  const reserved = table.uploads.filter((upload) => upload.phase === 'reserved');
  const expected: Readonly<Record<string, readonly string[]>> = {
    n: files.map((file) => nameBytes(file.name)),
    h: files.flatMap((file) => file.replicas.map((row) => `${row.keeper}/${file.fileId}`)),
    d: tombstones.flatMap((dead) => dead.holders.map((keeper) => `${keeper}/${dead.fileId}`)),
    r: reserved.map((upload) => nameBytes(upload.name)),
  };
  for (const [kind, keys] of Object.entries(expected))
    if (!isDeepStrictEqual([...table.keys(kind)].sort(), keys.toSorted()))
      return `index ${kind} has ${table.keys(kind).join(' ')} for ${keys.join(' ')}`;
  const { totals } = table;
  const sums = {
    files: files.length,
    bytes: files.reduce((sum, file) => sum + file.size, 0),
    uploadsInProgress: table.uploads.length,
    deletionsDue: table.keys('d').length,
    endedUploads: table.ended.length,
    endedEver: totals.endedEver,
  };
  if (!isDeepStrictEqual(totals, sums))
    return `the totals are ${JSON.stringify(totals)} for ${JSON.stringify(sums)}`;
  return undefined;
}
