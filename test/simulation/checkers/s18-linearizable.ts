/** S16 to S20, S35, S37: what clients were told can be told of one store in which things happen one after the other. */
import type { SimCluster } from '../cluster/sim-cluster.js';
import { checkLinearizable } from '../history/linearizability.js';
import { checkListings, readsOfLists } from '../history/listing.js';
import type { Checker } from './checker.js';

export function linearizable(cluster: SimCluster): Checker {
  return {
    invariant: 'S18',
    atRest() {
      // What an older table does not know was lost with the newer one, acked or not.
      if (cluster.tableWasReplaced) return;
      const { history } = cluster.history;
      const listings = checkListings(history);
      if (!listings.ok) cluster.report('S20', listings.explanation);
      const verdict = checkLinearizable([...history, ...readsOfLists(history)]);
      if (verdict.ok) return;
      if (verdict.why === 'too hard') cluster.tooHard += 1;
      else cluster.report('S18', verdict.explanation);
    },
  };
}
