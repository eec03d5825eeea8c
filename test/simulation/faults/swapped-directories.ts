/** The disks of two keepers are put into each other's machines, and put right after a while. */
import fc from 'fast-check';
import { choose, type Happening, numberOf } from '../story/happening.js';
import { startOn, takeOut } from './directories.js';
import { passesMs } from './lasting.js';
import { seconds } from './seconds.js';

export const swappedDirectories: Happening = {
  kind: 'swapped directories',
  layer: 'identity',
  budget: 'within',
  weight: 2,
  params: fc.record({ one: fc.nat(8), other: fc.nat(7), lastsMs: passesMs }),
  happen(params, { cluster, budget }) {
    const keepers = cluster.keepers.filter((keeper) => !budget.isMisplaced(keeper));
    const one = choose(keepers, numberOf(params, 'one'));
    const other = choose(
      keepers.filter((keeper) => keeper !== one),
      numberOf(params, 'other'),
    );
    if (one === undefined || other === undefined) return undefined;
    const swap = (): void => {
      for (const keeper of [one, other]) keeper.kill('killed');
      const [ofOne, ofOther] = [takeOut(one), takeOut(other)];
      startOn(one, ofOther);
      startOn(other, ofOne);
    };
    const foundAgain = [one, other].map((keeper) => budget.misplace(keeper));
    swap();
    const ms = numberOf(params, 'lastsMs');
    cluster.stage.kernel.after(ms, 'fault ends', () => {
      swap();
      for (const found of foundAgain) found();
    });
    return `${one.name} and ${other.name}: killed, and started on each other's disk, for ${seconds(ms)}`;
  },
};
