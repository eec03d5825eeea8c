import { describe, expect, it } from 'vitest';
import { judgePast, withSeen } from '../../src/domain/term-line.js';

describe('a keeper that has seen', () => {
  const line = [
    { termId: 'first', beganAt: 0 },
    { termId: 'second', beganAt: 40 },
    { termId: 'now', beganAt: 90 },
  ];
  const opened = { epoch: 3, commit: 90 };
  const nothing = { highestEpoch: 0, highestCommit: 0, terms: [] };
  const inTerm = (termId: string, commit: number) => ({ ...nothing, terms: [{ termId, commit }] });

  it.each([
    ['nothing', nothing, false],
    ['the last commit of a term', inTerm('first', 40), false],
    ['a later commit than the one with which a term ended', inTerm('first', 41), true],
    ['any commit of the present term', inTerm('now', 5_000), false],
    ['a term that the table was never in', inTerm('elsewhere', 1), true],
    ['a higher epoch', { ...nothing, highestEpoch: 4 }, true],
    [
      'a later commit in an earlier epoch',
      { ...nothing, highestEpoch: 2, highestCommit: 91 },
      true,
    ],
    ['a later commit in this epoch', { ...nothing, highestEpoch: 3, highestCommit: 91 }, false],
  ])('%s has seen a later table: %#', (_, seen, expected) => {
    expect(judgePast(seen, line, opened)).toBe(expected ? 'later' : 'had');
  });
});

describe('what a keeper has seen', () => {
  const before = [{ termId: 'a', commit: 5 }];

  it.each([
    ['a term more', { termId: 'b', commit: 1 }, [...before, { termId: 'b', commit: 1 }]],
    ['the same term, further on', { termId: 'a', commit: 9 }, [{ termId: 'a', commit: 9 }]],
    ['the same term, earlier', { termId: 'a', commit: 2 }, before],
    ['no term', { termId: '', commit: 9 }, before],
  ])('grows by %s', (_, seen, expected) => {
    expect(withSeen(before, seen)).toEqual(expected);
  });
});
