/** Reads and writes on a keeper's disk stop early, as the operating system may let them. */
import fc from 'fast-check';
import { choose, type Happening, numberOf } from '../story/happening.js';
import { endLater, lastsMs } from './lasting.js';

export const shortCalls: Happening = {
  kind: 'short reads and writes',
  layer: 'disk',
  budget: 'within',
  weight: 2,
  params: fc.record({ keeper: fc.nat(8), percent: fc.integer({ min: 1, max: 60 }), lastsMs }),
  happen(params, { cluster }) {
    const keeper = choose(cluster.keepers, numberOf(params, 'keeper'));
    if (keeper === undefined) return undefined;
    const { faults } = keeper.box.disk;
    const percent = numberOf(params, 'percent');
    faults.shortProbability = percent / 100;
    const howLong = endLater(cluster, params, () => {
      faults.shortProbability = 0;
    });
    return `${keeper.name}: ${percent} % of reads and writes stop early, ${howLong}`;
  },
};
