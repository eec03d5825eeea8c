import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Silence } from '../../../src/actors/runtime/silence.js';

beforeEach(() => void vi.useFakeTimers({ toFake: ['performance'] }));
afterEach(() => void vi.useRealTimers());

describe('silence', () => {
  it('is nothing while nothing waits', () => {
    const silence = new Silence();

    vi.advanceTimersByTime(5_000);

    expect(silence.ms).toBe(0);
  });

  it('lasts from what came first, or from the last word while more waits', () => {
    const silence = new Silence();

    silence.begin();
    vi.advanceTimersByTime(5_000);
    const first = silence.ms;
    silence.broken(2);
    vi.advanceTimersByTime(3_000);
    const second = silence.ms;
    silence.broken(0);
    vi.advanceTimersByTime(3_000);

    expect([first, second, silence.ms]).toEqual([5_000, 3_000, 0]);
  });
});
