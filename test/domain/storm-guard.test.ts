import { describe, expect, it } from 'vitest';
import { type KeeperId, millis } from '../../src/domain/ids.js';
import { resolveReplicationLimits } from '../../src/domain/replication-limits.js';
import { calm, noteLoss, type StormWatch } from '../../src/domain/storm-guard.js';

const limits = resolveReplicationLimits({});
const [k1, k2, k3] = ['k1', 'k2', 'k3'] as KeeperId[] as [KeeperId, KeeperId, KeeperId];

describe('a storm', () => {
  it('S34: is when half of the keepers are lost within seconds', () => {
    expect(isHeld(lose(calm, [k1], 0, 3), 1)).toBe(false);
    expect(isHeld(lose(calm, [k1, k2], 0, 2), 1)).toBe(true);
    expect(isHeld(lose(lose(calm, [k1], 0, 3), [k2], 5_000, 2), 5_001)).toBe(false);
  });

  it('is not made by one keeper alone, however often it is lost', () => {
    const watch = every(1_000, 60_000, calm, (at, before) => lose(before, [k1], at, 1));

    expect(isHeld(watch, 60_000)).toBe(false);
  });

  it('S34: is waited out again when it comes back later', () => {
    const first = lose(calm, [k1, k2, k3], 0, 3);
    const second = lose(first, [k1, k2, k3], 45_000, 3);

    expect([9_999, 10_000].map((at) => isHeld(first, at))).toEqual([true, false]);
    expect([45_001, 54_999, 55_000].map((at) => isHeld(second, at))).toEqual([true, true, false]);
  });

  it('L11: holds up copying for no more than half of the time when it never ends', () => {
    let held = 0;
    every(100, 400_000, calm, (at, before) => {
      const watch = lose(before, [k1, k2], at, 2);
      if (isHeld(watch, at)) held += 1;
      return watch;
    });

    expect(held / 4_000).toBeGreaterThan(0.4);
    expect(held / 4_000).toBeLessThanOrEqual(0.51);
  });
});

const isHeld = ({ heldUntil }: StormWatch, at: number): boolean => at < heldUntil;

function lose(
  watch: StormWatch,
  keepers: readonly KeeperId[],
  at: number,
  remaining: number,
): StormWatch {
  return keepers.reduce(
    (before, keeper) => noteLoss(before, keeper, remaining, millis(at), limits),
    watch,
  );
}

function every(
  stepMs: number,
  endMs: number,
  watch: StormWatch,
  step: (at: number, before: StormWatch) => StormWatch,
): StormWatch {
  let after = watch;
  for (let at = 0; at < endMs; at += stepMs) after = step(at, after);
  return after;
}
