import { describe, expect, it } from 'vitest';
import { isPast } from '../../src/domain/term-line.js';

describe('what a keeper has seen of a term', () => {
  const line = [
    { termId: 'first', beganAt: 0 },
    { termId: 'second', beganAt: 40 },
    { termId: 'now', beganAt: 90 },
  ];

  it.each([
    ['a commit before the term ended', { termId: 'first', commit: 40 }, true],
    ['a later commit than the one with which it ended', { termId: 'first', commit: 41 }, false],
    ['any commit of the present term', { termId: 'now', commit: 5_000 }, true],
    ['a term that the table was never in', { termId: 'elsewhere', commit: 1 }, false],
  ])('%s is the past of this table: %s', (_, seen, expected) => {
    expect(isPast(line, seen)).toBe(expected);
  });
});
