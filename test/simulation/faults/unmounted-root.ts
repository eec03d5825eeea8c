/** A keeper's disk is not where it was: no path leads anywhere. */
import fc from 'fast-check';
import { choose, type Happening, numberOf } from '../story/happening.js';
import { endLater, lastsMs } from './lasting.js';

export const unmountedRoot: Happening = {
  kind: 'unmounted root',
  layer: 'disk',
  budget: 'within',
  weight: 2,
  params: fc.record({ keeper: fc.nat(8), lastsMs }),
  happen(params, { cluster }) {
    const keeper = choose(cluster.keepers, numberOf(params, 'keeper'));
    if (keeper === undefined) return undefined;
    const { faults } = keeper.box.disk;
    faults.unmounted = true;
    const howLong = endLater(cluster, params, () => {
      faults.unmounted = false;
    });
    return `${keeper.name}: its disk is unmounted, ${howLong}`;
  },
};
