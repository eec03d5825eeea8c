import { describe, expect, it } from 'vitest';
import { millis } from '../../src/domain/ids.js';
import {
  forgivePause,
  judgeLife,
  pauseBetween,
  resolveLivenessLimits,
} from '../../src/domain/liveness.js';

const limits = resolveLivenessLimits();

describe('judgeLife', () => {
  it.each([
    [0, 'alive'],
    [2_999, 'alive'],
    [3_000, 'suspect'],
    [9_999, 'suspect'],
    [10_000, 'lost'],
  ] as const)('calls a keeper silent for %i ms %s', (silenceMs, verdict) => {
    const judged = judgeLife({ lastHeard: millis(50), refused: false }, at(50 + silenceMs), limits);

    expect(judged.verdict).toBe(verdict);
  });

  it('suspects a keeper as soon as its stream has broken', () => {
    const signs = { lastHeard: millis(0), brokenSince: millis(100), refused: false };

    expect(judgeLife(signs, at(100), limits)).toEqual({
      verdict: 'suspect',
      cause: 'its stream broke',
    });
  });

  it('loses a keeper whose stream broke a second ago and whose port refuses', () => {
    const signs = { lastHeard: millis(0), brokenSince: millis(100), refused: true };

    expect(judgeLife(signs, at(1_099), limits).verdict).toBe('suspect');
    expect(judgeLife(signs, at(1_100), limits)).toEqual({
      verdict: 'lost',
      cause: 'its stream broke 1.0 s ago and its port refuses',
    });
  });

  it('leaves a broken keeper whose port does not refuse to its silence', () => {
    const signs = { lastHeard: millis(0), brokenSince: millis(0), refused: false };

    expect(judgeLife(signs, at(9_999), limits).verdict).toBe('suspect');
    expect(judgeLife(signs, at(10_000), limits).verdict).toBe('lost');
  });
});

describe('a pause of the master', () => {
  it('is seen from a tick that comes too late, and not from one a little late', () => {
    expect(pauseBetween(millis(0), at(1_100), limits)).toBe(0);
    expect(pauseBetween(millis(0), at(1_101), limits)).toBe(1_001);
  });

  it('is taken out of silence and broken time, never past now', () => {
    const signs = { lastHeard: millis(900), brokenSince: millis(8_000), refused: true };

    expect(forgivePause(signs, 5_000, at(9_000))).toEqual({
      lastHeard: 5_900,
      brokenSince: 9_000,
      refused: true,
    });
  });
});

describe('resolveLivenessLimits', () => {
  it('scales what is not given with the silence that is allowed', () => {
    expect(resolveLivenessLimits({ suspectAfterMs: 300, lostAfterMs: 1_000 })).toEqual({
      suspectAfterMs: 300,
      lostAfterMs: 1_000,
      brokenAfterMs: 500,
      redialEveryMs: 125,
      tickEveryMs: 30,
      pauseAfterMs: 100,
    });
  });

  it('refuses limits that contradict each other', () => {
    expect(() => resolveLivenessLimits({ suspectAfterMs: 10, lostAfterMs: 10 })).toThrow(
      'suspectAfterMs < lostAfterMs',
    );
  });
});

// Builders

const at = millis;
