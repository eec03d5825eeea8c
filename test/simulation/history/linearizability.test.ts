import { describe, expect, it } from 'vitest';
import { aHistory, done, get, put, refused, remove, rename, unknown } from './a-history.js';
import { checkLinearizable } from './linearizability.js';
import type { Outcome } from './operations.js';

describe('a history is accepted', () => {
  it.each([
    ['when there is none', aHistory()],
    ['when one follows the other', aHistory(put('v1', [0, 10]), get('v1', [20, 30]))],
    [
      'when reads that overlap a put see before and after',
      aHistory(put('v1', [0, 10]), get(null, [1, 2]), get('v1', [3, 4])),
    ],
    [
      'when a name is used again',
      aHistory(put('v1', [0, 1]), remove([2, 3]), put('v2', [4, 5]), get('v2', [6, 7])),
    ],
    [
      'when two concurrent puts are acked because the first was removed between them',
      aHistory(put('v1', [0, 10]), put('v2', [0, 10]), remove([2, 8])),
    ],
    [
      'when a put without an outcome shows up much later',
      aHistory(put('v1', [0], unknown), get(null, [10, 20]), get('v1', [30, 40])),
    ],
    [
      'when a put of unknown outcome never shows up',
      aHistory(put('v1', [0, 5], refused('unknown-outcome')), get(null, [10, 20])),
    ],
    [
      'when a removal of unknown outcome takes effect after its return',
      aHistory(
        put('v1', [0, 1]),
        remove([2, 3], refused('unknown-outcome')),
        get('v1', [4, 5]),
        get(null, [6, 7]),
      ),
    ],
    [
      'when a put is refused because another is under way, though nothing is there',
      aHistory(put('v1', [0], unknown), put('v2', [5, 6], refused('conflict'))),
    ],
    [
      'when a put replaces',
      aHistory(put('v1', [0, 1]), put('v2', [2, 3], done, { replace: true }), get('v2', [4, 5])),
    ],
    [
      'when an upload is tried again after its ack and its removal',
      aHistory(
        put('v1', [0, 1], done, { uploadId: 'u' }),
        remove([2, 3]),
        put('v1', [4, 5], done, { uploadId: 'u' }),
        get(null, [6, 7]),
      ),
    ],
    [
      'when a read says nothing of the name',
      aHistory(put('v1', [0, 1]), {
        ...get(null, [2, 3]),
        outcome: refused('unavailable'),
      }),
    ],
    [
      'when a put is refused after its file was seen and removed before its acks',
      aHistory(put('v1', [0, 10], refused('not-found')), get('v1', [2, 3]), remove([4, 5])),
    ],
    [
      'when a rename carries the file over',
      aHistory(
        put('v1', [0, 1]),
        rename('a', 'b', [2, 3]),
        get(null, [4, 5]),
        get('v1', [4, 5], 'b'),
        put('v2', [6, 7]),
      ),
    ],
    [
      'when a rename of unknown outcome explains both names',
      aHistory(
        put('v1', [0, 1]),
        rename('a', 'b', [2], unknown),
        get('v1', [4, 5]),
        get('v1', [6, 7], 'b'),
        get(null, [8, 9]),
      ),
    ],
  ])('%s', (_, history) => {
    expect(checkLinearizable(history)).toMatchObject({ ok: true });
  });
});

describe('a history is refused', () => {
  it.each([
    ['an acked put is lost', aHistory(put('v1', [0, 1]), get(null, [2, 3]))],
    [
      'a read is stale after a removal',
      aHistory(put('v1', [0, 1]), remove([2, 3]), get('v1', [4, 5])),
    ],
    [
      'a read is stale after a replacement',
      aHistory(put('v1', [0, 1]), put('v2', [2, 3], done, { replace: true }), get('v1', [4, 5])),
    ],
    [
      'a removed file comes back after it was seen gone',
      aHistory(put('v1', [0, 1]), remove([2], unknown), get(null, [3, 4]), get('v1', [5, 6])),
    ],
    [
      'a put that failed shows up later',
      aHistory(put('v1', [0, 1], refused('unavailable')), get('v1', [2, 3])),
    ],
    [
      'a put that failed was seen, and nobody removed it before it was told',
      aHistory(put('v1', [0, 10], refused('unavailable')), get('v1', [2, 3])),
    ],
    [
      'a put refused for its input is ever seen',
      aHistory(put('v1', [0, 10], refused('refused-input')), get('v1', [2, 3]), remove([4, 5])),
    ],
    [
      'a removal that failed takes effect',
      aHistory(put('v1', [0, 1]), remove([2, 3], refused('unavailable')), get(null, [4, 5])),
    ],
    ['two puts of one name are acked', aHistory(put('v1', [0, 10]), put('v2', [0, 10]))],
    ['a value comes from nowhere', aHistory(put('v1', [0, 1]), get('v9', [2, 3]))],
    ['a value is seen before it was put', aHistory(get('v1', [0, 1]), put('v1', [2, 3]))],
    ['a name is taken and was never', aHistory(put('v1', [0, 1], refused('conflict')))],
    [
      'a name is taken and had been given back by a client that was acked',
      aHistory(put('v1', [0, 1]), remove([2, 3]), put('v2', [4, 5], refused('conflict'))),
    ],
    [
      'a removal finds nothing where a file is',
      aHistory(put('v1', [0, 1]), remove([2, 3], refused('not-found'))),
    ],
    ['one file is removed twice', aHistory(put('v1', [0, 1]), remove([2, 9]), remove([2, 9]))],
    [
      'readers disagree on the order of two replacements',
      aHistory(
        put('v1', [0, 90], done, { replace: true }),
        put('v2', [0, 90], done, { replace: true }),
        get('v1', [10, 20]),
        get('v2', [30, 40]),
        get('v1', [50, 60]),
      ),
    ],
    [
      'the retry of an acked upload makes a second file',
      aHistory(
        put('v1', [0, 1], done, { uploadId: 'u' }),
        remove([2, 3]),
        put('v1', [4, 5], done, { uploadId: 'u' }),
        get('v1', [6, 7]),
      ),
    ],
    [
      'the retry of an acked upload is refused',
      aHistory(
        put('v1', [0, 1], done, { uploadId: 'u' }),
        put('v1', [2, 3], refused('conflict'), { uploadId: 'u' }),
      ),
    ],
    [
      'a rename leaves the file behind',
      aHistory(put('v1', [0, 1]), rename('a', 'b', [2, 3]), get('v1', [4, 5])),
    ],
    [
      'a rename loses the file',
      aHistory(put('v1', [0, 1]), rename('a', 'b', [2, 3]), get(null, [4, 5], 'b')),
    ],
    [
      'a rename takes a name that is taken',
      aHistory(put('v1', [0, 1]), put('v2', [0, 1], done, { name: 'b' }), rename('a', 'b', [2, 3])),
    ],
    [
      'a file is seen at its old name after it was seen at its new one',
      aHistory(
        put('v1', [0, 1]),
        rename('a', 'b', [2], unknown),
        get('v1', [3, 4], 'b'),
        get('v1', [5, 6]),
      ),
    ],
  ])('when %s', (_, history) => {
    expect(checkLinearizable(history)).toMatchObject({ ok: false, why: 'violation' });
  });
});

describe('linearizability', () => {
  it('tells what each name may hold in the end', () => {
    const history = aHistory(
      put('v1', [0, 1]),
      remove([2], unknown),
      put('v2', [0, 1], done, { name: 'b' }),
      put('v3', [5, 6], refused('no-space'), { name: 'c' }),
    );

    expect(checkLinearizable(history)).toEqual({
      ok: true,
      finals: new Map([
        ['a', new Set(['v1', null])],
        ['b', new Set(['v2'])],
        ['c', new Set([null])],
      ]),
    });
  });

  it('explains a violation with the operations of the name and what it could hold', () => {
    const history = aHistory(
      put('v1', [0, 12.5]),
      put('other', [3, 4], done, { name: 'b' }),
      remove([20, 30]),
      put('v2', [31], unknown, { replace: true }),
      get('v1', [40, 50]),
      get(null, [60, 70]),
    );

    expect(checkLinearizable(history)).toEqual({
      ok: false,
      why: 'violation',
      name: 'a',
      explanation: [
        'No order of these operations explains #4: get "a" ended as "saw v1", but by then "a" could only hold nothing or v2.',
        '    (ms)',
        '    0 .. 12.5    #0 c0  put v1 to "a"             done',
        '    20 .. 30     #2 c2  remove "a"                done',
        '    31 .. never  #3 c3  put v2 to "a", replacing  unknown',
        '  > 40 .. 50     #4 c4  get "a"                   saw v1',
      ].join('\n'),
    });
  });

  it('names the earliest violation of several', () => {
    const history = aHistory(get('v1', [8, 9]), get('v2', [0, 1], 'b'));

    expect(checkLinearizable(history)).toMatchObject({ ok: false, name: 'b' });
  });

  it('says that a history is too hard instead of passing it', () => {
    const puts = Array.from({ length: 12 }, (_, at) =>
      put(`v${at}`, [0, 100], done, { replace: true }),
    );

    expect(checkLinearizable(aHistory(...puts), { movesMax: 50 })).toMatchObject({
      ok: false,
      why: 'too hard',
      name: 'a',
    });
  });

  it('lets a failed put excuse a taken name only as long as it is told to', () => {
    const history = aHistory(
      put('v1', [0, 10], refused('unavailable')),
      put('v2', [50, 60], refused('conflict')),
    );

    const verdicts = [30, 60].map(
      (reservationLingersMs) => checkLinearizable(history, { reservationLingersMs }).ok,
    );
    expect(verdicts).toEqual([false, true]);
  });

  it('takes what touches at one instant for concurrent, unless the order of events is known', () => {
    const history = aHistory(put('v1', [0, 5]), get(null, [5, 9]));
    const ordered = history.map((operation, at) => ({
      ...operation,
      order: { invoked: 2 * at, returned: 2 * at + 1 },
    }));

    expect([history, ordered].map((one) => checkLinearizable(one).ok)).toEqual([true, false]);
  });

  it.each<[string, Outcome]>([
    ['unknown-outcome', refused('unknown-outcome')],
    ['internal', refused('internal')],
    ['a death', unknown],
  ])('judges 200 operations on one name, 40 puts of them lost to %s, in few moves', (_, lost) => {
    const sketches = Array.from({ length: 40 }, (_, at) => [
      put(`lost${at}`, [at * 10, at * 10 + 1], lost, { replace: true }),
      remove([at * 10 + 1, at * 10 + 2], lost),
      put(`v${at}`, [at * 10 + 3, at * 10 + 6], done, { replace: true }),
      get(`v${at}`, [at * 10 + 7, at * 10 + 8]),
      get(at % 5 === 4 ? `lost${at - 2}` : `v${at}`, [at * 10 + 8.5, at * 10 + 9]),
    ]).flat();

    expect(checkLinearizable(aHistory(...sketches))).toMatchObject({ ok: true });
  });
});
