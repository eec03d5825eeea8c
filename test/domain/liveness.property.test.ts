import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { millis } from '../../src/domain/ids.js';
import { judgeLife, type LifeSigns, resolveLivenessLimits } from '../../src/domain/liveness.js';
import { seed } from '../seed.js';

const limits = resolveLivenessLimits();
const rank = { alive: 0, suspect: 1, lost: 2 };

describe(`judgeLife (seed ${seed})`, () => {
  it('never calls a keeper livelier for being silent longer', () => {
    fc.assert(
      fc.property(signs, fc.nat(20_000), fc.nat(20_000), (heard, silenceMs, moreMs) => {
        const sooner = judgeLife(heard, millis(30_000 + silenceMs), limits).verdict;
        const later = judgeLife(heard, millis(30_000 + silenceMs + moreMs), limits).verdict;

        expect(rank[later]).toBeGreaterThanOrEqual(rank[sooner]);
      }),
      { seed },
    );
  });

  it('loses nobody who was heard within lostAfterMs and whose port does not refuse', () => {
    fc.assert(
      fc.property(signs, fc.nat(limits.lostAfterMs - 1), (heard, silenceMs) => {
        const now = millis(heard.lastHeard + silenceMs);

        expect(judgeLife({ ...heard, refused: false }, now, limits).verdict).not.toBe('lost');
      }),
      { seed },
    );
  });
});

const signs: fc.Arbitrary<LifeSigns> = fc
  .record({
    lastHeard: fc.nat(30_000),
    brokenAfter: fc.option(fc.nat(5_000)),
    refused: fc.boolean(),
  })
  .map(({ lastHeard, brokenAfter, refused }) => ({
    lastHeard: millis(lastHeard),
    refused,
    ...(brokenAfter === null ? {} : { brokenSince: millis(lastHeard + brokenAfter) }),
  }));
