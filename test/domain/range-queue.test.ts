import { describe, expect, it } from 'vitest';
import { keeperId } from '../../src/domain/ids.js';
import {
  claimCount,
  claimRange,
  createRangeQueue,
  deliver,
  isWanted,
  type RangeQueue,
  refuse,
  release,
  takeOver,
} from '../../src/domain/range-queue.js';

const [a, b, c] = [keeperId('a'), keeperId('b'), keeperId('c')];
const anywhere = Number.POSITIVE_INFINITY;

describe('range queue', () => {
  it('gives ranges in order, each to one keeper', () => {
    const first = claimRange(queueOf(10), a, { countMax: 4, before: anywhere });
    const second = claimRange(first.queue, b, { countMax: 4, before: anywhere });

    expect(first.range).toEqual({ first: 0, count: 4 });
    expect(second.range).toEqual({ first: 4, count: 4 });
    expect(second.queue.pending).toEqual([{ first: 8, count: 2 }]);
  });

  it('gives nothing beyond how far ahead it may fetch', () => {
    const claimed = claimRange(queueOf(10), a, { countMax: 4, before: 2 });

    expect(claimed.range).toEqual({ first: 0, count: 2 });
    expect(claimRange(claimed.queue, b, { countMax: 4, before: 2 }).range).toBeUndefined();
  });

  it('claims less towards the end, and less for a slow keeper', () => {
    expect(claimCount(queueOf(100), 3, 10)).toBe(4);
    expect(claimCount(queueOf(100), 3, 400)).toBe(2);
    expect(claimCount(queueOf(100), 3, 5000)).toBe(1);
    expect(claimCount(queueOf(6), 3, 10)).toBe(1);
    expect(claimCount(queueOf(100), 3)).toBe(1);
  });

  it('puts what a failed keeper gave back before what is still pending', () => {
    const { queue } = claimRange(queueOf(10), a, { countMax: 3, before: anywhere });

    const released = release(deliver(queue, 1).queue, a);

    expect(released.pending).toEqual([
      { first: 0, count: 1 },
      { first: 2, count: 8 },
    ]);
    expect(claimRange(released, b, { countMax: 4, before: anywhere }).range).toEqual({
      first: 0,
      count: 1,
    });
  });

  it('skips the chunk that a keeper has spoilt, for that keeper only', () => {
    const claimed = claimRange(queueOf(3), a, { countMax: 3, before: anywhere });
    const spoilt = release(refuse(claimed.queue, a, 0), a);

    expect(claimRange(spoilt, a, { countMax: 3, before: anywhere }).range).toEqual({
      first: 1,
      count: 2,
    });
    expect(claimRange(spoilt, b, { countMax: 3, before: anywhere }).range).toEqual({
      first: 0,
      count: 3,
    });
  });

  it('has the last chunk of the slowest keeper taken over, by one other only', () => {
    const claimed = claimRange(queueOf(4), a, { countMax: 4, before: anywhere });
    const chunkMs = (keeper: string) => (keeper === 'a' ? 900 : 90);

    const byB = takeOver(claimed.queue, b, chunkMs, anywhere);
    const byC = takeOver(byB.queue, c, chunkMs, anywhere);

    expect(byB.range).toEqual({ first: 3, count: 1 });
    expect(byC.range).toEqual({ first: 2, count: 1 });
    expect(byC.queue.claimed.get(3)).toEqual([a, b]);
  });

  it('lets keepers of like speed finish what they have begun', () => {
    const { queue } = claimRange(queueOf(4), a, { countMax: 4, before: anywhere });

    expect(takeOver(queue, b, (keeper) => (keeper === a ? 190 : 100), anywhere).range).toBe(
      undefined,
    );
    expect(takeOver(queue, b, (keeper) => (keeper === a ? 40 : 1), anywhere).range).toBe(undefined);
  });

  it('wants no more of a keeper whose chunks others have delivered', () => {
    const claimed = claimRange(queueOf(1), a, { countMax: 1, before: anywhere });
    const overtaken = takeOver(claimed.queue, b, (keeper) => (keeper === a ? 900 : 90), anywhere);

    const delivered = deliver(overtaken.queue, 0);

    expect(delivered.claimants).toEqual([a, b]);
    expect(isWanted(delivered.queue, a, { first: 0, count: 1 })).toBe(false);
    expect(deliver(delivered.queue, 0).claimants).toEqual([]);
  });
});

const queueOf = (count: number): RangeQueue => createRangeQueue([{ first: 0, count }]);
