import { describe, expect, it } from 'vitest';
import {
  clockText,
  parseDuration,
  parsePeriod,
  parseWait,
  spanText,
} from '../../src/cli/duration.js';

describe('parseDuration', () => {
  it.each([
    ['250ms', 250],
    ['3s', 3000],
    ['1.5s', 1500],
    ['5m', 300_000],
    ['2h', 7_200_000],
    ['30d', 2_592_000_000],
  ])('reads %s as %i ms', (text, ms) => {
    expect(parseDuration(text)).toBe(ms);
  });

  it.each(['', '3', 's', '-1s', '3 s', '3sec', '1e3s'])('refuses "%s"', (text) => {
    expect(() => parseDuration(text)).toThrow(/is no duration/);
  });
});

describe('parseWait', () => {
  it.each([
    ['1ms', 1],
    ['20d', 1_728_000_000],
  ])('reads %s as %i ms', (text, ms) => {
    expect(parseWait(text)).toBe(ms);
  });

  it.each(['0s', '0.4ms', '20.1d', '999999999h'])('refuses %s', (text) => {
    expect(() => parseWait(text)).toThrow(/from 1ms to 20d/);
  });
});

describe('parsePeriod', () => {
  it.each([
    ['1s', 1_000],
    ['30d', 2_592_000_000],
    ['3650d', 315_360_000_000],
  ])('reads %s as %i ms', (text, ms) => {
    expect(parsePeriod(text)).toBe(ms);
  });

  it.each(['0s', '999ms', '3651d'])('refuses %s', (text) => {
    expect(() => parsePeriod(text)).toThrow(/from 1s to 3650d/);
  });
});

describe('clockText', () => {
  it.each([
    [0, '0:00'],
    [59_400, '0:59'],
    [245_000, '4:05'],
    [3_723_000, '1:02:03'],
  ])('shows %i ms as %s', (ms, text) => {
    expect(clockText(ms)).toBe(text);
  });
});

describe('spanText', () => {
  it.each([
    [250, '250 ms'],
    [3040, '3.0 s'],
    [300_000, '5 min'],
    [7_200_000, '2 h'],
    [2_592_000_000, '30 d'],
  ])('shows %i ms as %s', (ms, text) => {
    expect(spanText(ms)).toBe(text);
  });
});
