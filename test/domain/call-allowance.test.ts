import { describe, expect, it } from 'vitest';
import { CallAllowance } from '../../src/domain/call-allowance.js';

describe('an allowance of calls', () => {
  it('lets so many through at once, and then as many as time brings back', () => {
    const allowance = new CallAllowance({ perSecond: 10, burst: 3 });
    const take = (nowMs: number) => allowance.take('client/a', nowMs);

    const atOnce = [0, 0, 0, 0].map(take);
    const later = [99, 100, 101, 1_000, 1_000, 1_000, 1_000].map(take);

    expect(atOnce).toEqual(['taken', 'taken', 'taken', 'too often']);
    expect(later).toEqual([
      'too often',
      'taken',
      'too often',
      'taken',
      'taken',
      'taken',
      'too often',
    ]);
  });

  it('is one for each caller', () => {
    const allowance = new CallAllowance({ perSecond: 1, burst: 1 });

    const taken = ['client/a', 'client/b', 'client/a'].map((who) => allowance.take(who, 0));

    expect(taken).toEqual(['taken', 'taken', 'too often']);
  });

  it('forgets those who have not asked for so long that it makes no difference', () => {
    const allowance = new CallAllowance({ perSecond: 1, burst: 5 });
    for (let caller = 0; caller < 1_500; caller++) allowance.take(`client/${caller}`, caller * 100);

    expect(allowance.callers).toBeLessThan(1_010);
    expect(allowance.take('client/0', 150_000)).toBe('taken');
  });
});
