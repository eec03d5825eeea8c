/** The wall clock of a machine jumps, as one does that was set by hand or by a time server. */
import fc from 'fast-check';
import { choose, type Happening, numberOf } from '../story/happening.js';

export const jumpWallClock: Happening = {
  kind: 'jump wall clock',
  layer: 'time',
  budget: 'within',
  weight: 1,
  params: fc.record({
    service: fc.nat(9),
    byMs: fc.oneof(
      fc.integer({ min: -60_000, max: 60_000 }),
      fc.integer({ min: -1_000_000_000, max: 1_000_000_000 }),
    ),
  }),
  happen(params, { cluster }) {
    const service = choose([cluster.master, ...cluster.keepers], numberOf(params, 'service'));
    if (service === undefined) return undefined;
    const byMs = numberOf(params, 'byMs');
    service.box.wallAheadMs += byMs;
    return `${service.name}: its wall clock jumps by ${(byMs / 1000).toFixed(1)} s`;
  },
};
