/** A keeper is killed, loses everything on its disk, and starts on an empty one. */
import fc from 'fast-check';
import { type Happening, numberOf } from '../story/happening.js';
import { chooseDisk } from './directories.js';
import { seconds } from './seconds.js';

export const emptiedDirectory: Happening = {
  kind: 'emptied directory',
  layer: 'identity',
  budget: 'within',
  weight: 3,
  params: fc.record({ keeper: fc.nat(8), downMs: fc.integer({ min: 1, max: 15_000 }) }),
  happen(params, arena) {
    const { cluster } = arena;
    const keeper = chooseDisk(arena, numberOf(params, 'keeper'));
    if (keeper === undefined) return undefined;
    keeper.kill('killed');
    keeper.box.disk.wipe();
    cluster.damage.wipe(keeper.name, cluster.nowMs);
    const downMs = numberOf(params, 'downMs');
    cluster.stage.kernel.after(downMs, 'restart', () => keeper.start());
    return `${keeper.name}: killed and its disk emptied, for ${seconds(downMs)}`;
  },
};
