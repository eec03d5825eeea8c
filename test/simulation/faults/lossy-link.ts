/** A link loses a part of what it carries, which is sent again later. */
import fc from 'fast-check';
import { type Happening, numberOf } from '../story/happening.js';
import { endLater, lastsMs } from './lasting.js';
import { aWay, chooseWay } from './machines.js';

export const lossyLink: Happening = {
  kind: 'lossy link',
  layer: 'network',
  budget: 'within',
  weight: 2,
  params: fc.record({ ...aWay, lossPercent: fc.integer({ min: 1, max: 70 }), lastsMs }),
  happen(params, { cluster }) {
    const way = chooseWay(cluster, params);
    if (way === undefined) return undefined;
    const { faults } = cluster.stage.network;
    const lossPercent = numberOf(params, 'lossPercent');
    faults.set(way.link, { loss: lossPercent / 100 });
    const howLong = endLater(cluster, params, () => faults.set(way.link, { loss: 0 }));
    return `${way.told}: loses ${lossPercent} % of the messages, ${howLong}`;
  },
};
