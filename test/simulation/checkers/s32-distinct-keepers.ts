/** S32: two replicas that count never share a keeper. */
import type { SimCluster } from '../cluster/sim-cluster.js';
import type { Checker } from './checker.js';

export function distinctKeepers(cluster: SimCluster): Checker {
  return {
    invariant: 'S32',
    committed(_, after) {
      for (const file of after.files.values()) {
        const keepers = file.replicas.map((row) => row.keeper);
        if (new Set(keepers).size < keepers.length)
          cluster.report('S32', `${file.name} counts a keeper twice: ${keepers.join(', ')}`);
      }
    },
  };
}
