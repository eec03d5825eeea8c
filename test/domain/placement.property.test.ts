import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { keeperId } from '../../src/domain/ids.js';
import type { KeeperState } from '../../src/domain/keeper-view.js';
import { chooseKeeper } from '../../src/domain/placement.js';
import { seed } from '../seed.js';
import { viewOf, viewsOf } from './replication-builders.js';

const names = ['a', 'b', 'c', 'd', 'e'];

describe(`chooseKeeper (seed ${seed})`, () => {
  it('takes a keeper that may hold the file whenever there is one, and no other', () => {
    fc.assert(
      fc.property(keepers, fc.subarray(names), fc.nat(100), (views, names, size) => {
        const excluded = new Set(names.map(keeperId));
        const fit = views
          .filter(
            (view) => view.state === 'alive' && view.inventory === 'whole' && !view.diskSuspect,
          )
          .filter((view) => !excluded.has(view.keeper) && view.freeBytes > size);

        const choice = chooseKeeper(viewsOf(...views), { size, excluded });

        expect(choice.ok).toBe(fit.length > 0);
        if (choice.ok) expect(fit.map((view) => view.keeper)).toContain(choice.keeper);
      }),
      { seed },
    );
  });

  it('makes the same choice in whatever order the keepers came', () => {
    fc.assert(
      fc.property(keepers, fc.nat(100), (views, size) => {
        const wish = { size, excluded: new Set<ReturnType<typeof keeperId>>() };

        const choice = chooseKeeper(viewsOf(...views), wish);

        expect(chooseKeeper(viewsOf(...views.toReversed()), wish)).toEqual(choice);
      }),
      { seed },
    );
  });
});

const keepers = fc.tuple(
  ...names.map((name) =>
    fc
      .record({
        state: fc.constantFrom<KeeperState[]>('alive', 'suspect', 'joining', 'lost'),
        inventory: fc.constantFrom('awaited', 'partial', 'whole'),
        diskSuspect: fc.boolean(),
        freeBytes: fc.nat(100),
        transfers: fc.nat(2),
      })
      .map((given) => viewOf(name, given)),
  ),
);
