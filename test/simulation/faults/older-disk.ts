/** A keeper's disk is copied, and some time later the keeper is killed and started on that copy. */
import fc from 'fast-check';
import { choose, type Happening, numberOf } from '../story/happening.js';
import { startOn } from './directories.js';
import { seconds } from './seconds.js';

export const olderDisk: Happening = {
  kind: 'older disk',
  layer: 'identity',
  budget: 'within',
  weight: 3,
  params: fc.record({ keeper: fc.nat(8), afterMs: fc.integer({ min: 1, max: 20_000 }) }),
  happen(params, { cluster, budget }) {
    const keeper = choose(cluster.keepers, numberOf(params, 'keeper'));
    if (keeper === undefined || budget.isMisplaced(keeper)) return undefined;
    const copy = keeper.box.disk.snapshot();
    const afterMs = numberOf(params, 'afterMs');
    const { kernel, trace } = cluster.stage;
    kernel.after(afterMs, 'fault', () => {
      if (cluster.isHealing || !budget.sparesDisk(keeper)) return;
      startOn(keeper, copy);
      cluster.damage.wipe(keeper.name, cluster.nowMs);
      trace.tell('identity', `${keeper.name}: killed, and started on the older copy of its disk`);
    });
    return `${keeper.name}: its disk is copied, to be put back in ${seconds(afterMs)}`;
  },
};
