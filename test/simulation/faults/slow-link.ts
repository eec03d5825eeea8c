/** A link takes longer for everything that it carries. */
import fc from 'fast-check';
import { type Happening, numberOf } from '../story/happening.js';
import { endLater, lastsMs } from './lasting.js';
import { aWay, chooseWay } from './machines.js';

export const slowLink: Happening = {
  kind: 'slow link',
  layer: 'network',
  budget: 'within',
  weight: 2,
  params: fc.record({
    ...aWay,
    delayMs: fc.oneof(fc.integer({ min: 1, max: 100 }), fc.integer({ min: 100, max: 10_000 })),
    slowness: fc.constantFrom(1, 10, 1_000),
    lastsMs,
  }),
  happen(params, { cluster }) {
    const way = chooseWay(cluster, params);
    if (way === undefined) return undefined;
    const { faults } = cluster.stage.network;
    const delayMs = numberOf(params, 'delayMs');
    const slowness = numberOf(params, 'slowness');
    faults.set(way.link, { delayMs, slowness });
    const howLong = endLater(cluster, params, () =>
      faults.set(way.link, { delayMs: 0, slowness: 1 }),
    );
    return `${way.told}: ${delayMs} ms later and ${slowness} times slower, ${howLong}`;
  },
};
