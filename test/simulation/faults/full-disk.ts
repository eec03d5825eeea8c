/** Nothing more can be written to a keeper's disk. */
import fc from 'fast-check';
import { choose, type Happening, numberOf } from '../story/happening.js';
import { endLater, lastsMs } from './lasting.js';

export const fullDisk: Happening = {
  kind: 'full disk',
  layer: 'disk',
  budget: 'within',
  weight: 3,
  params: fc.record({ keeper: fc.nat(8), lastsMs }),
  happen(params, { cluster }) {
    const keeper = choose(cluster.keepers, numberOf(params, 'keeper'));
    if (keeper === undefined) return undefined;
    const { faults } = keeper.box.disk;
    faults.full = true;
    const howLong = endLater(cluster, params, () => {
      faults.full = false;
    });
    return `${keeper.name}: its disk is full, ${howLong}`;
  },
};
