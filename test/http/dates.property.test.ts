import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { httpDate, parseHttpDate } from '../../src/http/dates.js';
import { seed } from '../seed.js';

const now = Date.UTC(2026, 10, 27);

describe(`a date of HTTP (seed ${seed})`, () => {
  it('is read as it was written, to the second', () => {
    const ms = fc.integer({ min: 0, max: Date.UTC(9999, 11, 31) });
    fc.assert(
      fc.property(ms, (at) => {
        expect(parseHttpDate(httpDate(at), now)).toBe(at - (at % 1000));
      }),
      { seed },
    );
  });

  it.each([
    'Sun, 06 Nov 1994 08:49:37 GMT',
    'Sunday, 06-Nov-94 08:49:37 GMT',
    'Sun Nov  6 08:49:37 1994',
  ])('may be written as %s', (text) => {
    expect(parseHttpDate(text, now)).toBe(Date.UTC(1994, 10, 6, 8, 49, 37));
  });

  it('with a year of two digits lies no more than fifty years ahead', () => {
    expect(parseHttpDate('Sunday, 06-Nov-76 08:49:37 GMT', now)).toBe(
      Date.UTC(2076, 10, 6, 8, 49, 37),
    );
    expect(parseHttpDate('Sunday, 06-Nov-77 08:49:37 GMT', now)).toBe(
      Date.UTC(1977, 10, 6, 8, 49, 37),
    );
  });

  it.each([
    '',
    'yesterday',
    '1994-11-06T08:49:37Z',
    'Sun, 31 Feb 1994 08:49:37 GMT',
    'Sun, 06 Nov 1994 24:49:37 GMT',
    'Sun, 06 Nov 1994 08:49:37 CET',
    'Sun, 06 Nov 0094 08:49:37 GMT',
    'Sun, 6 Nov 1994 08:49:37 GMT',
  ])('is not "%s"', (text) => {
    expect(parseHttpDate(text, now)).toBeUndefined();
  });
});
