import { describe, expect, it } from 'vitest';
import { aHistory, done, list, put, refused, remove, rename, unknown } from './a-history.js';
import { checkLinearizable } from './linearizability.js';
import { checkListings, readsOfLists } from './listing.js';

const inB = { name: 'b' };

describe('a list is accepted', () => {
  it.each([
    ['when nothing is there', aHistory(list([], [0, 1]))],
    [
      'when it shows every file once',
      aHistory(put('v1', [0, 1]), put('v2', [0, 1], done, inB), list(['a=v1', 'b=v2'], [2, 3])),
    ],
    [
      'when it shows only what begins with the prefix',
      aHistory(put('v1', [0, 1]), put('v2', [0, 1], done, inB), list(['b=v2'], [2, 3], 'b')),
    ],
    ['when it misses a file that is being put', aHistory(put('v1', [0, 9]), list([], [2, 3]))],
    [
      'when it shows a file that is being removed',
      aHistory(put('v1', [0, 1]), remove([2, 9]), list(['a=v1'], [3, 4])),
    ],
    [
      'when it misses a file whose removal has an unknown outcome',
      aHistory(put('v1', [0, 1]), remove([2, 3], unknown), list([], [8, 9])),
    ],
    [
      'when it shows a file of a put of unknown outcome',
      aHistory(put('v1', [0], unknown), list(['a=v1'], [8, 9])),
    ],
    [
      'when it shows a file whose replacement was refused',
      aHistory(
        put('v1', [0, 1]),
        put('v2', [2, 3], refused('no-space'), { replace: true }),
        list(['a=v1'], [4, 5]),
      ),
    ],
    [
      'when a file that is being renamed appears under both names',
      aHistory(put('v1', [0, 1]), rename('a', 'b', [2, 9]), list(['a=v1', 'b=v1'], [3, 8])),
    ],
  ])('%s', (_, history) => {
    expect(checkListings(history)).toEqual({ ok: true });
    expect(checkLinearizable([...history, ...readsOfLists(history)])).toMatchObject({ ok: true });
  });
});

describe('a list is refused', () => {
  it.each([
    ['a file is missing', aHistory(put('v1', [0, 1]), list([], [2, 3]))],
    [
      'a file is missing whose removal was refused',
      aHistory(put('v1', [0, 1]), remove([2, 3], refused('unavailable')), list([], [4, 5])),
    ],
    [
      'a renamed file is missing',
      aHistory(put('v1', [0, 1]), rename('a', 'b', [2, 3]), list([], [4, 5])),
    ],
    ['a name was never put', aHistory(list(['a=v1'], [2, 3]))],
    ['a file is put only afterwards', aHistory(list(['a=v1'], [2, 3]), put('v1', [4, 5]))],
    [
      'a file had been removed',
      aHistory(put('v1', [0, 1]), remove([2, 3]), list(['a=v1'], [4, 5])),
    ],
    [
      'a file had been replaced',
      aHistory(
        put('v1', [0, 1]),
        put('v2', [2, 3], done, { replace: true }),
        list(['a=v1'], [4, 5]),
      ),
    ],
    [
      'the put of a file had failed',
      aHistory(put('v1', [0, 1], refused('unavailable')), list(['a=v1'], [4, 5])),
    ],
  ])('when %s', (_, history) => {
    expect(checkListings(history)).toMatchObject({ ok: false });
    expect(checkLinearizable([...history, ...readsOfLists(history)])).toMatchObject({ ok: false });
  });

  it('when a name appears twice', () => {
    const history = aHistory(put('v1', [0, 1]), list(['a=v1', 'a=v1'], [2, 3]));

    expect(checkListings(history)).toEqual({
      ok: false,
      name: 'a',
      explanation: [
        'List #1 is wrong about "a": it appears twice.',
        '    (ms)',
        '    0 .. 1  #0 c0  put v1 to "a"  done',
        '  > 2 .. 3  #1 c1  list ""        listed a=v1 a=v1',
      ].join('\n'),
    });
  });

  it('when a name does not begin with the prefix', () => {
    const history = aHistory(put('v1', [0, 1]), list(['a=v1'], [2, 3], 'b'));

    expect(checkListings(history)).toMatchObject({ ok: false, name: 'a' });
  });
});
