import { describe, expect, it } from 'vitest';
import { millis } from '../../src/domain/ids.js';
import { clientsStayMs, pass, rateNow, unhurried } from '../../src/domain/repair-pace.js';

const rates = { ceilingBytesPerSecond: 100, floorBytesPerSecond: 10 };

describe('the rate of copies that do not press', () => {
  it.each([Number.POSITIVE_INFINITY, clientsStayMs])(
    'is the ceiling %d ms after a client',
    (quietMs) => {
      expect(rateNow(rates, quietMs)).toBe(100);
    },
  );

  it.each([0, clientsStayMs - 1])('is the floor %d ms after a client', (quietMs) => {
    expect(rateNow(rates, quietMs)).toBe(10);
  });

  it('is never above the ceiling', () => {
    expect(rateNow({ ceilingBytesPerSecond: 5, floorBytesPerSecond: 10 }, 0)).toBe(5);
  });
});

describe('the pace of copies that do not press', () => {
  it('lets the first bytes pass at once, and the next when those have taken their time', () => {
    const first = pass(unhurried, 50, 100, millis(1_000));
    const second = pass(first.pace, 50, 100, millis(1_100));
    const third = pass(second.pace, 50, 100, millis(1_100));

    expect([first.waitMs, second.waitMs, third.waitMs]).toEqual([0, 400, 900]);
  });

  it('saves nothing up while nothing passes', () => {
    const { pace } = pass(unhurried, 100, 100, millis(0));

    expect(pass(pace, 100, 100, millis(60_000)).waitMs).toBe(0);
    expect(pass(pass(pace, 100, 100, millis(60_000)).pace, 1, 100, millis(60_000)).waitMs).toBe(
      1_000,
    );
  });

  it('holds nothing up without a bound', () => {
    const { pace } = pass(unhurried, 1e12, Number.POSITIVE_INFINITY, millis(5));

    expect(pass(pace, 1e12, Number.POSITIVE_INFINITY, millis(5)).waitMs).toBe(0);
  });
});
