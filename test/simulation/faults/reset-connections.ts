/** Connections between two machines break, and both sides hear of it; new ones can be made at once. */
import fc from 'fast-check';
import type { Happening } from '../story/happening.js';
import { aWay, chooseWay } from './machines.js';

export const resetConnections: Happening = {
  kind: 'reset connections',
  layer: 'network',
  budget: 'within',
  weight: 3,
  params: fc.record(aWay),
  happen(params, { cluster }) {
    const way = chooseWay(cluster, params);
    if (way === undefined) return undefined;
    const count = cluster.stage.network.reset(way.link);
    if (count === 0) return undefined;
    return `${way.told}: ${count} connections are reset`;
  },
};
