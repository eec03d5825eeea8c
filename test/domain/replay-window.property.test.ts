import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ReplayWindow, type Taking } from '../../src/domain/replay-window.js';
import { seed } from '../seed.js';

describe(`ReplayWindow (seed ${seed})`, () => {
  it('judges as one does who remembers everything', () => {
    fc.assert(
      fc.property(arrivals, fc.integer({ min: 1, max: 8 }), (numbers, width) => {
        const window = new ReplayWindow(width);

        expect(numbers.map((number) => window.take(number))).toEqual(judgedByAll(numbers, width));
      }),
      { seed },
    );
  });

  it('takes all of what is reordered by less than its width, once', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(7), { maxLength: 50 }), (delays) => {
        const window = new ReplayWindow(8);
        const numbers = delays
          .map((delay, index) => ({ number: index + 1, at: index + delay }))
          .toSorted((a, b) => a.at - b.at)
          .map(({ number }) => number);

        expect(numbers.map((number) => window.take(number))).toEqual(numbers.map(() => 'fresh'));
        expect(numbers.map((number) => window.take(number))).not.toContain('fresh');
      }),
      { seed },
    );
  });
});

const arrivals = fc.array(fc.integer({ min: 1, max: 40 }), { maxLength: 60 });

function judgedByAll(numbers: readonly number[], width: number): readonly Taking[] {
  const taken = new Set<number>();
  return numbers.map((number) => {
    if (number <= Math.max(0, ...taken) - width) return 'too old';
    if (taken.has(number)) return 'taken before';
    taken.add(number);
    return 'fresh';
  });
}
