import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { backoffMs } from '../../src/domain/backoff.js';
import { seed } from '../seed.js';

const limits = { firstMs: 1_000, maxMs: 60_000 };

describe(`backoffMs (seed ${seed})`, () => {
  it('stays between half of the doubled delay and all of it, below the cap', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1_000 }), fc.string(), (attempt, key) => {
        const wholeMs = Math.min(limits.maxMs, limits.firstMs * 2 ** Math.min(attempt - 1, 40));

        const delayMs = backoffMs(attempt, key, limits);

        expect(delayMs).toBeGreaterThanOrEqual(wholeMs / 2);
        expect(delayMs).toBeLessThanOrEqual(wholeMs);
      }),
      { seed },
    );
  });

  it('gives the same delay for the same failure, and spreads those of others', () => {
    const delays = Array.from({ length: 100 }, (_, index) => backoffMs(1, `file ${index}`, limits));

    expect(backoffMs(1, 'file 7', limits)).toBe(delays[7]);
    expect(new Set(delays.map((ms) => Math.floor(ms / 50))).size).toBe(10);
  });
});
