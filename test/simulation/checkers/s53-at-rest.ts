/** S53, L4, L6: at rest the disks hold what the table says, whole, and nothing else. */
import type { SimCluster } from '../cluster/sim-cluster.js';
import { findUnrest } from '../story/rest.js';
import type { Checker } from './checker.js';

export function agreesAtRest(cluster: SimCluster): Checker {
  return {
    invariant: 'S53',
    atRest() {
      const unrest = findUnrest(cluster);
      if (unrest !== undefined) cluster.report('S53', unrest);
    },
  };
}
