/** Nothing gets from one machine to another; the way back is as it was. */
import fc from 'fast-check';
import type { Happening } from '../story/happening.js';
import { endLater, lastsMs } from './lasting.js';
import { aWay, chooseWay } from './machines.js';

export const cutLink: Happening = {
  kind: 'cut link',
  layer: 'network',
  budget: 'within',
  weight: 3,
  params: fc.record({ ...aWay, lastsMs }),
  happen(params, { cluster }) {
    const way = chooseWay(cluster, params);
    if (way === undefined) return undefined;
    const { faults } = cluster.stage.network;
    faults.set(way.link, { isCut: true });
    const howLong = endLater(cluster, params, () => faults.set(way.link, { isCut: false }));
    return `${way.told}: nothing gets through, ${howLong}`;
  },
};
