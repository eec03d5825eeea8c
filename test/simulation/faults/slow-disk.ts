/** Everything on a keeper's disk takes longer. */
import fc from 'fast-check';
import { choose, type Happening, numberOf } from '../story/happening.js';
import { endLater, lastsMs } from './lasting.js';

export const slowDisk: Happening = {
  kind: 'slow disk',
  layer: 'disk',
  budget: 'within',
  weight: 3,
  params: fc.record({ keeper: fc.nat(8), slowness: fc.constantFrom(3, 30, 300, 3_000), lastsMs }),
  happen(params, { cluster }) {
    const keeper = choose(cluster.keepers, numberOf(params, 'keeper'));
    if (keeper === undefined) return undefined;
    const { faults } = keeper.box.disk;
    const slowness = numberOf(params, 'slowness');
    faults.slowness = cluster.shape.diskSlowness * slowness;
    const howLong = endLater(cluster, params, () => {
      faults.slowness = cluster.shape.diskSlowness;
    });
    return `${keeper.name}: its disk is ${slowness} times slower, ${howLong}`;
  },
};
