/**
 * A sync fails once, and what it was for is lost: the next one succeeds, and makes nothing durable
 * of it. What is read in between is what was written, or what had been there before.
 */
import fc from 'fast-check';
import { keeperRoot } from '../cluster/sim-cluster.js';
import { choose, type Happening, numberOf } from '../story/happening.js';

const places = ['', '/objects', '/staging', '/keeper.json'] as const;

export const failingSync: Happening = {
  kind: 'failing sync',
  layer: 'disk',
  budget: 'within',
  weight: 4,
  params: fc.record({
    keeper: fc.nat(8),
    place: fc.constantFrom(...places),
    skip: fc.oneof(fc.nat(3), fc.nat(20)),
    readsBack: fc.constantFrom('new', 'old'),
  }),
  happen(params, { cluster }) {
    const keeper = choose(cluster.keepers, numberOf(params, 'keeper'));
    if (keeper === undefined) return undefined;
    const path = `${keeperRoot}${params['place']}`;
    const skip = numberOf(params, 'skip');
    const readsBack = params['readsBack'] === 'old' ? 'old' : 'new';
    keeper.box.disk.faults.fail({ call: 'sync', path, code: 'EIO', skip, times: 1, readsBack });
    const then = readsBack === 'old' ? 'what was there before' : 'what was written';
    return `${keeper.name}: a sync below ${path} fails after ${skip} more, and ${then} is read`;
  },
};
