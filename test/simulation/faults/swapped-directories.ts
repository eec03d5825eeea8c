/** The disks of two keepers are put into each other's machines, and put right after a while. */
import fc from 'fast-check';
import { keeperRoot } from '../cluster/sim-cluster.js';
import { choose, type Happening, numberOf } from '../story/happening.js';
import { startOn, takeOut } from './directories.js';
import { passesMs } from './lasting.js';
import { seconds } from './seconds.js';

const identityPath = `${keeperRoot}/keeper.json`;

export const swappedDirectories: Happening = {
  kind: 'swapped directories',
  layer: 'identity',
  budget: 'within',
  weight: 2,
  params: fc.record({ one: fc.nat(8), other: fc.nat(7), lastsMs: passesMs }),
  happen(params, { cluster, budget }) {
    // A machine without an identity would take another one while it has the other's name.
    const keepers = cluster.keepers.filter(
      (keeper) =>
        !budget.isMisplaced(keeper) && keeper.box.disk.written(identityPath) !== undefined,
    );
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
