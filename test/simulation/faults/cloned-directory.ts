/** A keeper is killed and started on a copy of another one's disk, until its own is emptied for it. */
import fc from 'fast-check';
import { choose, type Happening, numberOf } from '../story/happening.js';
import { chooseDisk, startOn, takeOut } from './directories.js';
import { passesMs } from './lasting.js';
import { seconds } from './seconds.js';

const lookAgainMs = 500;

export const clonedDirectory: Happening = {
  kind: 'cloned directory',
  layer: 'identity',
  budget: 'within',
  weight: 2,
  params: fc.record({ keeper: fc.nat(8), source: fc.nat(7), lastsMs: passesMs }),
  happen(params, arena) {
    const { cluster, budget } = arena;
    const keeper = chooseDisk(arena, numberOf(params, 'keeper'));
    const sources = cluster.keepers.filter((one) => one !== keeper && !budget.isMisplaced(one));
    const source = choose(sources, numberOf(params, 'source'));
    if (keeper === undefined || source === undefined) return undefined;
    const foundAgain = budget.misplace(keeper);
    startOn(keeper, takeOut(source));
    cluster.damage.wipe(keeper.name, cluster.nowMs);
    const ms = numberOf(params, 'lastsMs');
    const end = (): void => {
      // What was acknowledged meanwhile may rest on the copy alone.
      if (!budget.sparesMisplaced(keeper)) {
        cluster.stage.kernel.after(lookAgainMs, 'fault ends', end);
        return;
      }
      startOn(keeper, 'empty');
      cluster.damage.wipe(keeper.name, cluster.nowMs);
      foundAgain();
    };
    cluster.stage.kernel.after(ms, 'fault ends', end);
    return `${keeper.name}: killed, and started on a copy of ${source.name}'s disk, for ${seconds(ms)}`;
  },
};
