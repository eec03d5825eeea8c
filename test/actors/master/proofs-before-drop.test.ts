/** S27: a drop rests on what keepers have shown, not on what they say. */
import { describe, expect, it } from 'vitest';
import type { KeeperId } from '../../../src/domain/ids.js';
import { f1, k1, k2, k3, k4 } from '../lookup-table/table-under-test.js';
import { all, aSurplus, expectDropped, expectRefused, refused, stayers } from './a-surplus.js';
import { type AWorld, settled } from './a-world.js';

describe('a drop', () => {
  it('S27: gives each drop a challenge of its own, and all who are asked the same one', async () => {
    const { at, orderDrop } = aSurplus();

    orderDrop();
    await settled();
    for (const keeper of all) at.finds(keeper, 'unknown');
    await settled();
    orderDrop();
    await settled();

    const [first, second] = [0, 1].map((round) =>
      all.map((keeper) => challengesTo(at, keeper)[round]),
    );
    expect(new Set(first)).toEqual(new Set([expect.stringMatching(/^[0-9a-f]{64}$/)]));
    expect(new Set(second)).toEqual(new Set([expect.stringMatching(/^[0-9a-f]{64}$/)]));
    expect(first?.[0]).not.toBe(second?.[0]);
  });

  it('S27: does not rest on keepers that say otherwise than the one whose replica is to go', async () => {
    const { at, orderDrop } = aSurplus();

    orderDrop();
    await settled();
    for (const keeper of stayers) at.finds(keeper, 'sound', f1, 'as agreed among liars');
    at.finds(k4, 'sound');
    await settled();

    expectRefused(at);
  });

  it('S27: with a target of one is refused when the keeper whose replica is to go shows nothing', async () => {
    const { at, orderDrop } = aSurplus({ target: 1 });

    orderDrop();
    await settled();
    at.finds(k1, 'sound', f1, 'a word');
    for (const keeper of [k2, k3, k4]) at.finds(keeper, 'unknown');
    await settled();

    expectRefused(at);
  });

  it('L6: of a replica that its keeper cannot read rests on those who agree', async () => {
    const { at, orderDrop } = aSurplus();

    orderDrop();
    await settled();
    for (const keeper of stayers) at.finds(keeper, 'sound');
    at.finds(k4, 'unknown');
    await settled();

    expectDropped(at);
  });

  it('S7, S27: of what was set aside is refused when those who stay do not agree', async () => {
    const { at, orderDrop } = aSurplus({ why: 'quarantined' });
    at.finds(k4, 'quarantined');

    orderDrop();
    await settled();
    for (const keeper of [k1, k2]) at.finds(keeper, 'sound');
    at.finds(k3, 'sound', f1, 'a word');
    await settled();

    expect(at.toLoop).toContainEqual(refused);
    expect(at.orders(k4)).toEqual([]);
  });
});

const challengesTo = (at: AWorld, keeper: KeeperId): readonly string[] =>
  (at.told.get(keeper) ?? []).flatMap((command) =>
    command.$case === 'verify' ? [command.value.challenge] : [],
  );
