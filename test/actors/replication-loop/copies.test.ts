import { describe, expect, it } from 'vitest';
import { fileOf, gib, idOf, replicaOn } from '../../domain/replication-builders.js';
import {
  changed,
  copy,
  isOrder,
  joined,
  serving,
  start,
  surveyed,
  tick,
  view,
} from './transcript.js';

describe('replication loop, copies', () => {
  it('orders the missing copies of a new file in the step that tells of it', () => {
    const loop = serving(['a', 'b', 'c']);

    loop.tell(0, changed(fileOf(1, ['a'])));

    expect(loop.take()).toEqual(['copy 1 a -> b', 'copy 1 a -> c', 'counts 1 below, 2 copies']);
  });

  it('copies nothing while recovering, and copies in safe mode', () => {
    const loop = start();
    loop.tell(0, ...joined('a', 'b', 'c'), changed(fileOf(1, ['a'])));
    expect(loop.take().filter(isOrder)).toEqual([]);

    loop.tell(1, { type: 'mode changed', mode: 'safe mode' });

    expect(loop.take()).toContain('copy 1 a -> b');
  });

  it('L1: looks through the table in safe mode too', () => {
    const loop = start();
    loop.tell(0, ...joined('a', 'b', 'c'));

    loop.tell(1, { type: 'mode changed', mode: 'safe mode' });

    expect(loop.take()).toContain('survey all');
  });

  it('L1: orders a copy again when its keeper registers anew without having started again', () => {
    const loop = serving(['a', 'b']);
    loop.tell(0, changed(fileOf(1, ['a'], { target: 2 })));
    loop.take();

    loop.tell(1, view('b', { state: 'joining', inventory: 'awaited' }));
    expect(loop.take().filter(isOrder)).toEqual([]);
    loop.tell(2, view('b'));

    expect(loop.take().filter(isOrder)).toEqual(['copy 1 a -> b']);
  });

  it('copies nothing for a suspect or a joining keeper, and all at its loss', () => {
    const loop = serving(['a', 'b', 'c', 'd']);
    loop.tell(0, changed(fileOf(1, ['a', 'b', 'c'])));
    loop.tell(1, view('c', { state: 'suspect' }), tick);
    loop.tell(2, view('c', { state: 'joining', incarnation: 2, inventory: 'awaited' }), tick);
    expect(loop.take()).toEqual([]);

    loop.tell(3, view('c', { state: 'lost', incarnation: 2 }));
    expect(loop.take()).toEqual(['survey c']);
    loop.tell(4, surveyed('c', [fileOf(1, ['a', 'b', 'c'])]));

    expect(loop.take()).toEqual(['copy 1 a -> d', 'counts 1 below, 1 copies']);
  });

  it('L1: copies without a keeper that cannot read all of its disk, until it can', () => {
    const loop = serving(['a', 'b', 'c', 'd']);
    loop.tell(0, changed(fileOf(1, ['a', 'b', 'c'])));
    loop.tell(1, view('c', { state: 'joining', incarnation: 2, inventory: 'awaited' }), tick);
    loop.take();

    loop.tell(2, view('c', { state: 'joining', incarnation: 2, inventory: 'partial' }));
    expect(loop.take()).toEqual(['survey c']);
    loop.tell(3, surveyed('c', [fileOf(1, ['a', 'b', 'c'])]));
    expect(loop.take()).toEqual(['copy 1 a -> d', 'counts 1 below, 1 copies']);
    loop.tell(4, changed(fileOf(1, ['a', 'b', 'c', 'd'])), {
      type: 'copy ended',
      ...copy(1, 'd'),
      outcome: 'stored',
    });
    loop.take();
    loop.tell(5, view('c', { incarnation: 2 }));

    expect(loop.take()).toContain('survey c');
  });

  it('orders no second copy between the word of the keeper and that of the table', () => {
    const loop = serving(['a', 'b']);
    loop.tell(0, changed(fileOf(1, ['a'], { target: 2 })));
    loop.tell(5, { type: 'copy ended', ...copy(1, 'b'), outcome: 'stored' }, tick);
    loop.take();

    loop.tell(6, changed(fileOf(1, ['a', 'b'], { target: 2 })), tick);

    expect(loop.take()).toEqual(['counts none']);
  });

  it('tries a failed copy again after a while that grows', () => {
    const loop = serving(['a', 'b']);
    const orders: number[] = [];
    loop.tell(0, changed(fileOf(1, ['a'], { target: 2 })));

    for (let now = 0; now <= 60_000; now += 100) {
      if (loop.take().some(isOrder)) {
        orders.push(now);
        loop.tell(now, { type: 'copy ended', ...copy(1, 'b'), outcome: 'failed' });
      }
      loop.tell(now, tick);
    }

    const waits = orders.slice(1).map((at, index) => at - (orders[index] ?? 0));
    expect(waits.length).toBeGreaterThanOrEqual(4);
    for (const [index, wait] of waits.entries()) {
      expect(wait).toBeGreaterThanOrEqual(500 * 2 ** index);
      expect(wait).toBeLessThanOrEqual(1_000 * 2 ** index + 200);
    }
  });

  it('counts a copy that nobody reports as failed at its deadline', () => {
    const loop = serving(['a', 'b'], { copyDeadlineMs: 1_000, copyBytesPerSecondMin: 1_000 });
    loop.tell(0, changed(fileOf(1, ['a'], { target: 2, size: 500 })));
    loop.take();

    loop.tell(1_499, tick);
    expect(loop.take()).toEqual([]);
    loop.tell(1_500, tick);
    expect(loop.take()).toEqual(['counts 1 below']);
  });

  it('bounds the copies from one source and to one destination', () => {
    const loop = serving(['a', 'b', 'c', 'd'], {
      copiesPerSourceMax: 2,
      copiesPerDestinationMax: 1,
    });

    for (let number = 1; number <= 9; number += 1) loop.tell(0, changed(fileOf(number, ['a'])));

    expect(loop.take().filter(isOrder)).toEqual(['copy 1 a -> b', 'copy 1 a -> c']);
  });

  it('copies the files with fewest live replicas first', () => {
    const loop = start({ copiesInFlightMax: 4 });
    loop.tell(0, ...joined('a', 'b', 'c', 'd', 'e'));
    for (const number of [1, 2, 3]) loop.tell(0, changed(fileOf(number, ['a', 'b'])));
    for (const number of [4, 5]) loop.tell(0, changed(fileOf(number, ['a'])));
    loop.take();

    loop.tell(1, { type: 'mode changed', mode: 'safe mode' });

    expect(
      loop
        .take()
        .filter(isOrder)
        .map((order) => order.slice(0, 6)),
    ).toEqual(['copy 4', 'copy 4', 'copy 5', 'copy 5']);
  });

  it('reads from an unproven replica only when there is no live one', () => {
    const loop = serving(['a', 'b', 'c']);
    loop.tell(0, view('a', { state: 'suspect' }));

    loop.tell(1, changed(fileOf(1, ['a', 'b'])));
    loop.tell(1, changed(fileOf(2, ['a'], { target: 2 })));

    expect(loop.take().filter(isOrder)).toEqual(['copy 1 b -> c', 'copy 2 a -> b']);
  });

  it('parks a file that every keeper holds until a keeper comes', () => {
    const loop = serving(['a', 'b']);
    loop.tell(0, changed(fileOf(1, ['a', 'b'])), tick);
    expect(loop.take().filter(isOrder)).toEqual([]);

    loop.tell(10, view('c'));

    expect(loop.take().filter(isOrder)).toEqual(['copy 1 a -> c']);
  });

  it('L1, L9: makes a replica again on the keeper whose own is quarantined, if there is no other', () => {
    const loop = serving(['a', 'b', 'c']);
    const rotten = fileOf(1, ['a', 'b', replicaOn('c', { standing: 'quarantined' })]);
    loop.tell(0, changed(rotten));
    expect(loop.take()).toEqual(['copy 1 a -> c', 'counts 1 below, 1 copies']);

    loop.tell(1, changed(rotten), tick);
    loop.tell(2, { type: 'copy ended', ...copy(1, 'c'), outcome: 'stored' }, tick);
    expect(loop.take()).toEqual([]);
    loop.tell(3, changed(fileOf(1, ['a', 'b', replicaOn('c', { aside: true })])));

    expect(loop.take()).toEqual(['drop 1 quarantined c#1, staying a b c', 'counts none']);
  });

  it('counts a copy as failed of which a fresh keeper then has nothing but bad bytes', () => {
    const loop = serving(['a', 'b', 'c']);
    loop.tell(0, changed(fileOf(1, ['a', 'b'])));
    loop.take();

    loop.tell(1, changed(fileOf(1, ['a', 'b', replicaOn('c', { standing: 'quarantined' })])));

    expect(loop.take()).toEqual(['copy 1 a -> c']);
  });

  it('finds room again after a disk was full, without being told', () => {
    const loop = serving(['a']);
    loop.tell(0, view('b', { freeBytes: 10 }), changed(fileOf(1, ['a'], { target: 2 })));
    expect(loop.take().filter(isOrder)).toEqual([]);
    loop.tell(1, view('b', { freeBytes: gib }));

    loop.tell(10_001, tick);

    expect(loop.take().filter(isOrder)).toEqual(['copy 1 a -> b']);
  });

  it('forgets the copies of a file that is gone, and those to a keeper that is', () => {
    const loop = serving(['a', 'b', 'c']);
    loop.tell(
      0,
      changed(fileOf(1, ['a'], { target: 2 })),
      changed(fileOf(2, ['a'], { target: 2 })),
    );
    loop.take();

    loop.tell(1, { type: 'file gone', fileId: idOf(1) });
    loop.tell(2, view('c', { state: 'lost' }));

    expect(loop.take()).toEqual(['counts 1 below, 1 copies', 'copy 2 a -> b', 'survey c']);
  });

  it('orders a copy again when its keeper has started anew before it ended', () => {
    const loop = serving(['a', 'b']);
    loop.tell(0, changed(fileOf(1, ['a'], { target: 2 })));
    loop.take();

    loop.tell(1, view('b', { incarnation: 2, state: 'joining', inventory: 'awaited' }));
    loop.tell(2, view('b', { incarnation: 2 }));

    expect(loop.take().filter(isOrder)).toEqual(['copy 1 a -> b']);
  });

  it('counts a late report of a failed copy for nothing', () => {
    const loop = serving(['a', 'b']);
    loop.tell(0, changed(fileOf(1, ['a'], { target: 2 })));
    loop.tell(1, { type: 'copy ended', ...copy(1, 'b'), outcome: 'failed' });
    loop.take();

    loop.tell(2, { type: 'copy ended', ...copy(1, 'b'), outcome: 'stored' });
    loop.tell(3, { type: 'copy ended', ...copy(1, 'b'), outcome: 'failed' });

    expect(loop.take()).toEqual([]);
  });

  it('counts a file that nobody holds as missing, and orders nothing for it', () => {
    const loop = serving(['a', 'b']);

    loop.tell(0, changed(fileOf(1, [replicaOn('x')])));

    expect(loop.take()).toEqual(['counts 1 below, 1 missing']);
  });

  it('waits for what a keeper just back still has, before copying what it may hold', () => {
    const loop = serving(['a', 'b', 'c']);
    loop.tell(0, changed(fileOf(1, ['a', 'b'])));
    loop.take();
    loop.tell(1, { type: 'copy ended', ...copy(1, 'c'), outcome: 'failed' });
    loop.tell(2, view('b', { incarnation: 2, inventory: 'awaited', state: 'joining' }));

    loop.tell(5_000, view('b', { incarnation: 2 }), tick);
    expect(loop.take().filter(isOrder)).toEqual([]);
    loop.tell(5_001, surveyed('b', [fileOf(1, ['a', replicaOn('b', { incarnation: 2 })])]));

    expect(loop.take().filter(isOrder)).toEqual(['copy 1 a -> c']);
  });
});
