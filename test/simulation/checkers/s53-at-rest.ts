/** S53, L4, L6: at rest the disks hold what the table says, whole, and nothing else. */
import { isDeepStrictEqual } from 'node:util';
import { keeperRoot, type SimCluster } from '../cluster/sim-cluster.js';
import { findUnrest } from '../story/rest.js';
import type { Checker } from './checker.js';

export function agreesAtRest(cluster: SimCluster): Checker {
  return {
    invariant: 'S53',
    atRest() {
      const unrest = findUnrest(cluster);
      if (unrest !== undefined) cluster.report('S53', unrest);
      for (const keeper of cluster.keepers) {
        if (!keeper.isReady) continue;
        const { disk } = keeper.box;
        const objects = `${keeperRoot}/objects`;
        if (!isDeepStrictEqual(disk.list(objects).toSorted(), disk.listDurable(objects).toSorted()))
          cluster.report('S53', `${keeper.name} has directories that are not durable`);
      }
    },
  };
}
