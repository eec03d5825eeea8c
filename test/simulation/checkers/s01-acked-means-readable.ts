/**
 * S1: while a keeper that held a durable replica at the ack has an undamaged disk, the bytes are
 * there. Within the budget some keeper always has one; whether a client can read them is asked
 * after the healing.
 */
import type { SimCluster } from '../cluster/sim-cluster.js';
import type { Checker } from './checker.js';

export function ackedMeansReadable(cluster: SimCluster, isWithinBudget: boolean): Checker {
  const acked = new Map<string, string>();
  return {
    invariant: 'S1',
    told({ asked, outcome, file }) {
      if (asked.call.type === 'put' && outcome.type === 'done' && file !== undefined)
        acked.set(file.fileId, asked.name);
    },
    tick() {
      if (!isWithinBudget) return;
      for (const file of cluster.table()?.files.values() ?? []) {
        const name = acked.get(file.fileId);
        const content = cluster.contentOf(file.digest);
        if (name === undefined || content === undefined) continue;
        const isKept = cluster.keepers.some(
          (keeper) => cluster.replica(keeper, file.fileId, content) === 'sound',
        );
        if (!isKept) cluster.report('S1', `no durable replica is left of ${name}, which was acked`);
      }
    },
  };
}
