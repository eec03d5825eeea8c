/** The connections that there are carry nothing any more in one direction, for good; new ones do. */
import fc from 'fast-check';
import type { Happening } from '../story/happening.js';
import { aWay, chooseWay } from './machines.js';

export const halfOpenLink: Happening = {
  kind: 'half-open link',
  layer: 'network',
  budget: 'within',
  weight: 2,
  params: fc.record(aWay),
  happen(params, { cluster }) {
    const way = chooseWay(cluster, params);
    if (way === undefined) return undefined;
    const count = cluster.stage.network.halfOpen(way.link);
    if (count === 0) return undefined;
    return `${way.told}: ${count} connections carry nothing any more`;
  },
};
