import { describe, expect, it } from 'vitest';
import { ClusterRates } from '../../../src/actors/gateway/cluster-rates.js';

describe('rates of data ports', () => {
  it('are not known before a keeper was heard of twice', () => {
    const rates = new ClusterRates(5_000);
    rates.take(0, [told('k1', 0)]);

    expect(rates.of('k1')).toBeUndefined();
    expect(rates.total.inBytesPerSecond).toBe(0);
  });

  it('follow from what has been counted over the last seconds', () => {
    const rates = new ClusterRates(5_000);
    for (let second = 0; second <= 10; second += 1)
      rates.take(second * 1000, [told('k1', second * 100), told('k2', second * 10)]);

    expect(rates.of('k1')).toEqual({
      inBytesPerSecond: 100,
      outBytesPerSecond: 200,
      copyBytesPerSecond: 50,
    });
    expect(rates.total.inBytesPerSecond).toBe(110);
  });

  it('do not become less than nothing when a keeper starts again', () => {
    const rates = new ClusterRates(5_000);
    rates.take(0, [told('k1', 1_000)]);
    rates.take(1_000, [told('k1', 0)]);
    rates.take(2_000, [told('k1', 100)]);

    expect(rates.of('k1')?.inBytesPerSecond).toBe(50);
  });

  it('forget a keeper that is told of no more, or that tells nothing', () => {
    const rates = new ClusterRates(5_000);
    rates.take(0, [told('k1', 0), told('k2', 0)]);
    rates.take(1_000, [{ keeper: 'k1' }]);

    expect([rates.of('k1'), rates.of('k2')]).toEqual([undefined, undefined]);
  });
});

const told = (keeper: string, bytes: number) => ({
  keeper,
  traffic: { receivedBytes: bytes, sentBytes: 2 * bytes, copiedBytes: bytes / 2 },
});
