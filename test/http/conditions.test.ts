import { describe, expect, it } from 'vitest';
import { isRangeWanted, judgeConditions } from '../../src/http/conditions.js';
import { strongTag } from '../../src/http/entity-tags.js';

const modifiedMs = Date.UTC(2026, 0, 2, 3, 4, 5);
const modified = 'Fri, 02 Jan 2026 03:04:05 GMT';
const later = 'Fri, 02 Jan 2026 03:04:06 GMT';
const current = { tag: strongTag('aa'), modifiedMs };
const now = Date.UTC(2026, 10, 27);

describe('a condition', () => {
  it.each([
    [{ 'if-none-match': '"x", W/"aa"' }, 'not modified'],
    [{ 'if-none-match': '"a,a","aa"' }, 'not modified'],
    [{ 'if-none-match': 'aa' }, 'go on'],
    [{ 'if-none-match': ['"x"', '"aa"'] }, 'not modified'],
    [{ 'if-match': 'W/"aa"' }, 'failed'],
    [{ 'if-match': '' }, 'failed'],
    [{ 'if-modified-since': 'no date' }, 'go on'],
    [{ 'if-unmodified-since': 'no date' }, 'go on'],
    [{ 'if-modified-since': later }, 'not modified'],
  ])('%j comes to %s', (headers, verdict) => {
    expect(judgeConditions({ method: 'GET', headers, current, now })).toBe(verdict);
  });

  it.each([
    [{}, true],
    [{ 'if-range': '"aa"' }, true],
    [{ 'if-range': 'W/"aa"' }, false],
    [{ 'if-range': '"bb"' }, false],
    [{ 'if-range': modified }, true],
    [{ 'if-range': later }, false],
    [{ 'if-range': 'nonsense' }, false],
  ])('of parts, %j: %s', (headers, wanted) => {
    expect(isRangeWanted({ method: 'GET', headers, current, now }, current)).toBe(wanted);
  });
});
