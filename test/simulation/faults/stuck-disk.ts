/** Nothing that is asked of a keeper's disk comes to an end. */
import fc from 'fast-check';
import { choose, type Happening, numberOf } from '../story/happening.js';
import { endLater, lastsMs } from './lasting.js';

export const stuckDisk: Happening = {
  kind: 'stuck disk',
  layer: 'disk',
  budget: 'within',
  weight: 2,
  params: fc.record({ keeper: fc.nat(8), lastsMs }),
  happen(params, { cluster }) {
    const keeper = choose(cluster.keepers, numberOf(params, 'keeper'));
    if (keeper === undefined) return undefined;
    const { faults } = keeper.box.disk;
    faults.stuck = true;
    const howLong = endLater(cluster, params, () => {
      faults.stuck = false;
    });
    return `${keeper.name}: its disk is stuck, ${howLong}`;
  },
};
