/** A keeper's process dies at once, or its machine loses power; it comes back after a while, or when all is healed. */
import fc from 'fast-check';
import { choose, type Happening, numberOf } from '../story/happening.js';
import { seconds } from './seconds.js';

export const crashKeeper: Happening = {
  kind: 'crash keeper',
  layer: 'process',
  budget: 'within',
  weight: 6,
  params: fc.record({
    keeper: fc.nat(8),
    powerCut: fc.boolean(),
    /** 0: until the healing. */
    downMs: fc.oneof(
      fc.constant(0),
      fc.integer({ min: 1, max: 3_000 }),
      fc.integer({ min: 1, max: 20_000 }),
    ),
  }),
  happen(params, { cluster }) {
    const keeper = choose(cluster.keepers, numberOf(params, 'keeper'));
    if (keeper === undefined || !keeper.isUp) return undefined;
    const ending = params['powerCut'] === true ? 'power cut' : 'killed';
    const downMs = numberOf(params, 'downMs');
    keeper.kill(ending);
    if (downMs === 0) return `${keeper.name}: ${ending}`;
    cluster.stage.kernel.after(downMs, 'restart', () => keeper.start());
    return `${keeper.name}: ${ending}, for ${seconds(downMs)}`;
  },
};
