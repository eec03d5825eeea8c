import { describe, expect, it } from 'vitest';
import { Durations, Tally, UnderWay } from '../../src/domain/counting.js';

describe('a tally', () => {
  it('counts each word apart, and shows those it knows before anything was counted', () => {
    const tally = new Tally<'put' | 'get' | 'copy'>(['put', 'get']);

    tally.add('put');
    tally.add('copy', 40);
    tally.add('copy', 2);

    expect([...tally.counts]).toEqual([
      ['put', 1],
      ['get', 0],
      ['copy', 42],
    ]);
    expect(tally.of('get')).toBe(0);
  });
});

describe('what is under way', () => {
  it('is what has begun and not ended', () => {
    const underWay = new UnderWay<'put' | 'get'>(['put', 'get']);

    const end = underWay.begin('put');
    underWay.begin('put');
    end();

    expect([...underWay.counts]).toEqual([
      ['put', 1],
      ['get', 0],
    ]);
  });
});

describe('durations', () => {
  it('are counted by the lowest bound that they do not pass, and summed', () => {
    const durations = new Durations([1, 10, 100]);

    for (const ms of [0, 1, 1.5, 10, 99, 100, 101]) durations.note(ms);

    expect(durations.counts).toEqual([2, 2, 2]);
    expect([durations.count, durations.sumMs]).toEqual([7, 312.5]);
  });
});
