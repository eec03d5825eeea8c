import { describe, expect, it } from 'vitest';
import { parseCount, parsePort, parseRate, parseShare } from '../../src/cli/flag-values.js';

describe('values of flags', () => {
  it.each([
    [parsePort, '0', 0],
    [parsePort, '65535', 65_535],
    [parseShare, '5%', 0.05],
    [parseShare, '0%', 0],
    [parseShare, '99.5%', 0.995],
    [parseRate, '64MiB', 67_108_864],
    [parseRate, '0.5GiB', 536_870_912],
    [parseCount, '1', 1],
    [parseCount, '012', 12],
  ])('%o takes %s', (parse, text, value) => {
    expect(parse(text)).toBeCloseTo(value, 10);
  });

  it.each([
    [parsePort, ['', '-1', '65536', '7001x', '1e3', ' 1']],
    [parseShare, ['', '5', '100%', '-5%', '.5%', '5 %']],
    [parseRate, ['', '64', '64MB', '-1MiB', 'MiB', '64MiB/s', 'none']],
    [parseCount, ['', '0', '-1', '1.5', '1e2', '9007199254740993', 'three']],
  ])('%o refuses what is none', (parse, texts) => {
    for (const text of texts)
      expect(() => parse(text), text).toThrow(expect.objectContaining({ code: 'usage' }));
  });

  it('knows a rate without a bound', () => {
    expect(parseRate('off')).toBe('off');
  });
});
