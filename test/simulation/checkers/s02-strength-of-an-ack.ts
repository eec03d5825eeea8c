/** S2: at the ack the row is durable, and as many distinct keepers as were asked for hold durable replicas. */
import type { SimCluster } from '../cluster/sim-cluster.js';
import type { Checker } from './checker.js';

export function strengthOfAnAck(cluster: SimCluster): Checker {
  /** Files that were in the table once: others may have removed them before the client is told. */
  const seen = new Set<string>();
  return {
    invariant: 'S2',
    committed(_, after) {
      for (const fileId of after.files.keys()) seen.add(fileId);
      // It may have come and gone within one commit.
      for (const { fileId, outcome } of after.ended) if (outcome.type === 'acked') seen.add(fileId);
    },
    told({ asked, outcome, file }) {
      if (asked.call.type !== 'put' || outcome.type !== 'done' || file === undefined) return;
      const { fileId, digest } = file;
      if (!seen.has(fileId)) {
        cluster.report('S2', `${asked.name} was acked, and the table has no row of it`);
        return;
      }
      const row = cluster.table()?.files.get(fileId);
      const content = cluster.contentOf(digest);
      if (row === undefined || content === undefined) return;
      const holding = cluster.keepers.filter(
        (keeper) =>
          cluster.damage.isDamaged(keeper.name, fileId) ||
          cluster.damage.wipedAtMs(keeper.name) !== undefined ||
          cluster.replica(keeper, fileId, content) === 'sound',
      );
      const { acks } = cluster.shape;
      if (holding.length < acks)
        cluster.report(
          'S2',
          `${asked.name} was acked with ${acks} replicas, and ${holding.length} are durable`,
        );
    },
  };
}
