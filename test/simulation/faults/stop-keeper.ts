/** A keeper is stopped as an operator stops it, with SIGTERM, and started again. */
import fc from 'fast-check';
import { choose, type Happening, numberOf } from '../story/happening.js';
import { seconds } from './seconds.js';

export const stopKeeper: Happening = {
  kind: 'stop keeper',
  layer: 'process',
  budget: 'within',
  weight: 2,
  params: fc.record({ keeper: fc.nat(8), downMs: fc.integer({ min: 1, max: 30_000 }) }),
  happen(params, { cluster }) {
    const keeper = choose(cluster.keepers, numberOf(params, 'keeper'));
    if (keeper === undefined || !keeper.isReady) return undefined;
    const downMs = numberOf(params, 'downMs');
    keeper.stop();
    cluster.stage.kernel.after(downMs, 'restart', () => keeper.start());
    return `${keeper.name}: SIGTERM, started again after ${seconds(downMs)}`;
  },
};
