import { describe, expect, it } from 'vitest';
import { fileOf, gib, idOf, replicaOn } from '../../domain/replication-builders.js';
import {
  changed,
  drop,
  isOrder,
  joined,
  serving,
  start,
  surveyed,
  surveyedAll,
  tick,
  view,
} from './transcript.js';

describe('replication loop, storms', () => {
  it('waits when half of the keepers are lost together, and then copies what is still lost', () => {
    const loop = serving(['a', 'b', 'c', 'd']);
    const file = fileOf(1, ['a', 'c', 'd']);
    loop.tell(0, changed(file));
    loop.tell(1, view('c', { state: 'lost' }), view('d', { state: 'lost' }));
    loop.tell(2, surveyed('c', [file]), surveyed('d', [file]), tick);
    expect(loop.take().filter(isOrder)).toEqual([]);

    loop.tell(5_000, view('d'));
    loop.tell(5_001, surveyed('d', [file]));
    loop.tell(10_000, tick);
    expect(loop.take().filter(isOrder)).toEqual([]);
    loop.tell(10_001, tick);

    expect(loop.take().filter(isOrder)).toEqual(['copy 1 a -> b']);
  });

  it('L11: goes on copying while one keeper comes and goes', () => {
    const loop = serving(['a', 'b', 'c', 'd']);
    for (let at = 0; at < 20_000; at += 1_000)
      loop.tell(at, view('d', { state: 'lost' }), surveyed('d', []), view('d'), surveyed('d', []));
    loop.take();

    loop.tell(20_000, changed(fileOf(1, ['a', 'b'])));

    expect(loop.take().filter(isOrder)).toEqual(['copy 1 a -> c']);
  });

  it('L11: does not wait for keepers that come and go for ever, though they are half of all', () => {
    const loop = serving(['a', 'b', 'c', 'd']);
    for (let at = 0; at < 20_000; at += 1_000)
      for (const keeper of ['c', 'd'])
        loop.tell(at, view(keeper, { state: 'lost' }), surveyed(keeper, []), view(keeper));
    loop.take();

    loop.tell(20_000, changed(fileOf(1, ['a'], { target: 2 })));

    expect(loop.take().filter(isOrder)).toEqual(['copy 1 a -> b']);
  });

  it('copies at once when keepers are lost one by one', () => {
    const loop = serving(['a', 'b', 'c', 'd', 'e']);
    loop.tell(0, view('e', { state: 'lost' }), surveyed('e', []));
    loop.take();

    loop.tell(6_000, view('d', { state: 'lost' }));
    loop.tell(6_001, surveyed('d', [fileOf(1, ['a', 'b', 'd'])]));

    expect(loop.take()).toContain('copy 1 a -> c');
  });

  it('listens again before it copies after the master was paused', () => {
    const loop = serving(['a', 'b']);
    loop.tell(0, { type: 'master paused' });

    loop.tell(1, changed(fileOf(1, ['a'], { target: 2 })));
    expect(loop.take().filter(isOrder)).toEqual([]);
    loop.tell(3_000, tick);

    expect(loop.take()).toContain('copy 1 a -> b');
  });
});

describe('replication loop, drops', () => {
  it('drops surplus from the keeper with least room, one at a time', () => {
    const loop = serving(['a', 'b', 'c']);
    loop.tell(0, view('d', { freeBytes: gib }), view('e', { freeBytes: 2 * gib }));
    loop.take();

    loop.tell(1, changed(fileOf(1, ['a', 'b', 'c', 'd', 'e'])), tick);
    expect(loop.take()).toEqual(['drop 1 surplus d#1, staying e c b a', 'counts 2 surplus']);
    loop.tell(2, { type: 'drop ended', ...drop(1, 'd'), outcome: 'dropped' }, tick);
    loop.tell(3, changed(fileOf(1, ['a', 'b', 'c', 'e'])));

    expect(loop.take()).toEqual(['drop 1 surplus e#1, staying c b a', 'counts 1 surplus']);
  });

  it.each(['safe mode', 'recovering'] as const)('drops nothing in mode %s', (mode) => {
    const loop = serving(['a', 'b']);
    loop.tell(0, { type: 'mode changed', mode });

    loop.tell(1, changed(fileOf(1, ['a', 'b'], { target: 1 })), tick);

    expect(loop.take()).toEqual(['counts 1 surplus']);
  });

  it('rests no drop on a replica that is suspect, draining or not vouched for', () => {
    const loop = serving(['a', 'b', 'c', 'd']);
    loop.tell(0, view('b', { state: 'suspect' }), view('c', { state: 'draining' }));
    loop.take();

    loop.tell(1, changed(fileOf(1, ['a', 'b'], { target: 1 })));
    loop.tell(1, changed(fileOf(2, ['a', 'c'], { target: 1 })));
    loop.tell(1, changed(fileOf(3, ['a', replicaOn('d', { incarnation: 0 })], { target: 1 })));

    expect(loop.take()).toEqual(['counts 1 surplus', 'counts 2 surplus']);
  });

  it('drops a quarantined replica once the target is met without it', () => {
    const loop = serving(['a', 'b', 'c']);
    const rotten = replicaOn('c', { standing: 'quarantined' });

    loop.tell(0, changed(fileOf(1, ['a', rotten], { target: 2 })));
    loop.tell(1, changed(fileOf(1, ['a', 'b', rotten], { target: 2 })));

    expect(loop.take()).toEqual([
      'copy 1 a -> b',
      'counts 1 below, 1 copies',
      'drop 1 quarantined c#1, staying a b',
      'counts none',
    ]);
  });

  it('L4: has bad bytes dropped beside a sound replica once, and again if its keeper does not say so', () => {
    const loop = serving(['a', 'b'], {
      dropVerifyMs: 1_000,
      dropDeadlineMs: 4_000,
      settleMs: 5_000,
    });
    const file = fileOf(1, ['a', replicaOn('b', { aside: true })], { target: 2 });
    const order = 'drop 1 quarantined b#1, staying a b';
    loop.tell(0, changed(file), tick);
    loop.tell(1, changed(file), tick);
    expect(loop.take()).toEqual([order]);

    for (let now = 5_000; now <= 7_000; now += 500) loop.tell(now, tick);
    expect(loop.take()).toEqual([order]);
    loop.tell(7_001, { type: 'drop ended', ...drop(1, 'b'), outcome: 'dropped' });
    loop.tell(7_002, changed(fileOf(1, ['a', 'b'], { target: 2 })));
    for (let now = 7_500; now <= 20_000; now += 500) loop.tell(now, tick);

    expect(loop.take()).toEqual([]);
  });

  it('waits before it tries a refused drop again', () => {
    const loop = serving(['a', 'b']);
    loop.tell(0, changed(fileOf(1, ['a', 'b'], { target: 1 })));
    loop.take();

    loop.tell(1, { type: 'drop ended', ...drop(1, 'b'), outcome: 'refused' });
    loop.tell(400, tick);
    expect(loop.take()).toEqual([]);
    loop.tell(1_001, tick);

    expect(loop.take()).toEqual(['drop 1 surplus b#1, staying a']);
  });
});

describe('replication loop, drops that wait for verification', () => {
  it('gives a drop the time in which the replicas that stay can be read again', () => {
    const loop = serving(['a', 'b']);
    loop.tell(0, changed(fileOf(1, ['a', 'b'], { target: 1, size: 100 * gib })));
    loop.take();

    loop.tell(100_000_000, tick);
    expect(loop.take()).toEqual([]);
    loop.tell(102_400_000 + 150_000, tick);
    loop.tell(102_400_000 + 152_000, tick);

    expect(loop.take()).toEqual(['drop 1 surplus b#1, staying a']);
  });

  it('L6: gives up a drop that its keeper does not carry out soon after it was told', () => {
    const loop = serving(['a', 'b']);
    loop.tell(0, changed(fileOf(1, ['a', 'b'], { target: 1, size: 100 * gib })));
    loop.tell(60_000, { type: 'drop ordered', ...drop(1, 'b') });
    loop.take();

    loop.tell(89_999, tick);
    expect(loop.take()).toEqual([]);
    for (const now of [90_000, 92_000]) loop.tell(now, tick);

    expect(loop.take()).toEqual(['drop 1 surplus b#1, staying a']);
  });

  it('L1: lets no copy wait because drops failed before', () => {
    const loop = serving(['a', 'b', 'c', 'd']);
    const file = (...holders: Parameters<typeof fileOf>[1]) => fileOf(1, holders, { target: 2 });
    loop.tell(0, changed(file('a', 'b', 'c')));
    for (let failure = 1; failure <= 8; failure += 1) {
      loop.tell(failure * 1_000_000, { type: 'drop ended', ...drop(1, 'c'), outcome: 'refused' });
      loop.tell(failure * 1_000_000 + 500_000, tick);
    }
    loop.take();

    loop.tell(9_000_000, { type: 'drop ended', ...drop(1, 'c'), outcome: 'refused' });
    loop.tell(9_000_001, changed(file('a', replicaOn('b', { standing: 'quarantined' }))));

    expect(loop.take().filter(isOrder)).toEqual(['copy 1 a -> c']);
  });
});

describe('replication loop, surveys', () => {
  it('surveys all files once when it first serves, page by page', () => {
    const loop = start();
    loop.tell(0, ...joined('a', 'b'));
    loop.tell(1, { type: 'mode changed', mode: 'serving' });
    loop.tell(2, { ...surveyedAll([fileOf(1, ['a', 'b'], { target: 2 })]), next: idOf(1) });
    loop.tell(3, surveyedAll([fileOf(2, ['a'], { target: 2 })]));
    loop.tell(4, { type: 'mode changed', mode: 'safe mode' });
    loop.tell(5, { type: 'mode changed', mode: 'serving' }, tick);

    expect(loop.take()).toEqual([
      'counts none',
      'survey all',
      'survey all after 1',
      'copy 2 a -> b',
      'counts 1 below, 1 copies',
    ]);
  });

  it('believes what the table told of a file after a page was asked for', () => {
    const loop = serving(['a', 'b', 'c']);
    loop.tell(0, view('c', { state: 'lost' }));
    loop.tell(1, changed(fileOf(1, ['a', 'b'], { target: 2 })));
    loop.take();

    loop.tell(2, surveyed('c', [fileOf(1, ['a', 'c'], { target: 2 })]));

    expect(loop.take()).toEqual([]);
  });

  it('asks again for a page that is not answered', () => {
    const loop = serving(['a', 'b']);
    loop.tell(0, view('b', { state: 'lost' }));
    loop.tell(29_999, tick);
    expect(loop.take()).toEqual(['survey b']);

    loop.tell(30_000, tick);

    expect(loop.take()).toEqual(['survey b']);
  });

  it('forgets a file that cannot be helped when there are too many, and finds it later', () => {
    const loop = serving(['a', 'b'], { filesTrackedMax: 2 });
    loop.tell(0, changed(fileOf(1, ['a', 'b'])), changed(fileOf(2, ['a', 'b'])));
    loop.tell(0, changed(fileOf(3, ['x', 'b'])));
    expect(loop.take().at(-1)).toBe('counts 3 below, 1 copies');

    loop.tell(1, view('c'), surveyed('c', []), tick);

    expect(loop.take().filter((line) => !isOrder(line))).toEqual([
      'survey c',
      'counts 3 below, 3 copies',
      'survey all',
      'counts 2 below, 3 copies',
    ]);
  });

  it('says and does nothing at a tick with nothing to do', () => {
    const loop = serving(['a', 'b']);

    loop.tell(1_000, tick);

    expect(loop.take()).toEqual([]);
  });
});
