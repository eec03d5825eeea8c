import { setImmediate as turn } from 'node:timers/promises';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import {
  type ChunkIntake,
  ChunkStore,
  type FetchChunk,
} from '../../../src/actors/client/chunk-store.js';
import { clientLimits } from '../../../src/actors/client/client-limits.js';
import { fileId } from '../../../src/domain/ids.js';

const never = new AbortController().signal;
const key = (index: number) => ({ fileId: fileId('a'.repeat(32)), index });

describe('the store of chunks', () => {
  it('fetches a chunk once for all who want it at the same time, and not again', async () => {
    const { store, fetches, fetch } = aStore(4);

    const leases = await Promise.all([1, 2, 3].map(() => store.lease(key(7), fetch(7), never)));
    const later = await store.lease(key(7), fetch(7), never);

    expect(fetches).toEqual([7]);
    expect([...leases, later].map((lease) => lease.copy(0, 3)?.toString())).toEqual(
      Array(4).fill('777'),
    );
  });

  it('gives what was read longest ago up for what is wanted now', async () => {
    const { store, fetches, fetch } = aStore(2);
    const read = async (index: number): Promise<void> =>
      (await store.lease(key(index), fetch(index), never)).release();

    for (const index of [1, 2, 1, 3, 1, 2]) await read(index);

    expect(fetches).toEqual([1, 2, 3, 2]);
    expect(store.chunks).toBe(2);
  });

  it('has who finds no memory wait, in line, until a reader is done', async () => {
    const { store, fetch } = aStore(1);
    const first = await store.lease(key(1), fetch(1), never);
    const got: number[] = [];
    const others = [2, 3].map(async (index) => {
      const lease = await store.lease(key(index), fetch(index), never);
      got.push(index);
      return lease;
    });
    await turn();
    expect([got, store.waiting]).toEqual([[], 2]);

    first.release();
    (await others[0])?.release();
    (await others[1])?.release();

    expect(got).toEqual([2, 3]);
    expect(first.copy(0, 1)).toBeUndefined();
  });

  it('takes the chunk of a reader that has stalled for one that waits, and never gives out other bytes for it', async () => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval', 'performance'] });
    onTestFinished(() => void vi.useRealTimers());
    const { store, fetch } = aStore(2);
    const paused = await store.lease(key(1), fetch(1), never);
    const busy = await store.lease(key(2), fetch(2), never);
    const waiting = store.lease(key(3), fetch(3), never);
    await turn();

    await vi.advanceTimersByTimeAsync(clientLimits.stalledReaderMs - 1);
    busy.copy(0, 1);
    expect(paused.copy(0, 1)?.toString()).toBe('1');
    await vi.advanceTimersByTimeAsync(clientLimits.stalledReaderMs - 1);
    busy.copy(0, 1);
    await vi.advanceTimersByTimeAsync(2 * clientLimits.tendChunksEveryMs);

    expect((await waiting).copy(0, 1)?.toString()).toBe('3');
    expect(paused.copy(0, 1)).toBeUndefined();
    expect(busy.copy(0, 1)?.toString()).toBe('2');
    paused.release();
    expect(store.chunks).toBe(2);
  });

  it('lets go of what nobody has read for a while, and of its own clock then', async () => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval', 'performance'] });
    onTestFinished(() => void vi.useRealTimers());
    const { store, fetch } = aStore(4);
    const kept = await store.lease(key(1), fetch(1), never);
    (await store.lease(key(2), fetch(2), never)).release();

    await vi.advanceTimersByTimeAsync(clientLimits.unreadChunkMs + clientLimits.tendChunksEveryMs);
    const chunks = store.chunks;
    kept.release();
    await vi.advanceTimersByTimeAsync(clientLimits.unreadChunkMs + clientLimits.tendChunksEveryMs);

    expect([chunks, store.chunks]).toEqual([1, 0]);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('fetches nothing on that nobody wants any more', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    onTestFinished(() => void vi.useRealTimers());
    const { store } = aStore(4);
    let over: AbortSignal | undefined;
    const stuck: FetchChunk = (_, signal) => {
      over = signal;
      return untilAborted(signal);
    };
    const [one, other] = [new AbortController(), new AbortController()];
    const wanted = [one, other].map(({ signal }) => store.lease(key(1), stuck, signal));

    one.abort(new Error('one has gone'));
    await expect(wanted[0]).rejects.toThrow('one has gone');
    await vi.advanceTimersByTimeAsync(2 * clientLimits.unwantedChunkMs);
    const whileWanted = over?.aborted;
    other.abort(new Error('the other as well'));
    await expect(wanted[1]).rejects.toThrow('the other as well');
    await vi.advanceTimersByTimeAsync(clientLimits.unwantedChunkMs - 1);
    const inCaseHeAsksAgain = over?.aborted;
    await vi.advanceTimersByTimeAsync(1);

    expect([whileWanted, inCaseHeAsksAgain, over?.aborted]).toEqual([false, false, true]);
    expect(store.coming).toBe(0);
  });

  it('tells everyone who waits why a chunk could not be fetched, and has the next one try again', async () => {
    const { store, fetches, fetch } = aStore(4);
    const failing: FetchChunk = async () => {
      throw new Error('no keeper has it');
    };

    const both = await Promise.allSettled([
      store.lease(key(1), failing, never),
      store.lease(key(1), fetch(1), never),
    ]);
    const again = await store.lease(key(1), fetch(1), never);

    expect(both.map((one) => one.status === 'rejected' && String(one.reason))).toEqual(
      Array(2).fill('Error: no keeper has it'),
    );
    expect([again.copy(0, 1)?.toString(), fetches]).toEqual(['1', [1]]);
  });

  it('fetches ahead what there is memory for, and waits for none', async () => {
    const { store, fetches, fetch } = aStore(2);
    await store.lease(key(1), fetch(1), never);

    const drops = [2, 3].map((index) => store.want(key(index), fetch(index)));
    await turn();
    const ahead = await store.lease(key(2), fetch(2), never);

    expect([fetches, store.waiting]).toEqual([[1, 2], 0]);
    expect(ahead.copy(0, 1)?.toString()).toBe('2');
    for (const drop of drops) drop();
  });

  it('keeps nothing that comes after nobody wanted it', async () => {
    const { store, fetch } = aStore(2);
    let intake: ChunkIntake | undefined;
    const slow: FetchChunk = async (into, signal) => {
      intake = into;
      const buffer = await into.buffers.acquire(signal);
      await untilAborted(signal).catch(() => undefined);
      into.keep(buffer, 4);
      into.buffers.release(buffer);
    };
    const gone = new AbortController();
    const late = store.lease(key(1), slow, gone.signal).then(() => undefined);
    gone.abort(new Error('gone'));
    await expect(late).rejects.toThrow('gone');

    await vi.waitFor(() => expect([store.coming, store.chunks]).toEqual([0, 0]));

    expect(intake).toBeDefined();
    expect((await store.lease(key(1), fetch(1), never)).copy(0, 1)?.toString()).toBe('1');
  });

  it('waits at its end for whoever still touches a buffer', async () => {
    const { store } = aStore(2);
    let settled = false;
    const slow: FetchChunk = async (into, signal) => {
      const buffer = await into.buffers.acquire(signal);
      await untilAborted(signal).catch(() => undefined);
      await turn();
      into.buffers.release(buffer);
      settled = true;
    };
    const wanted = store.lease(key(1), slow, never);

    await Promise.all([store.close(), expect(wanted).rejects.toThrow()]);

    expect([settled, store.chunks]).toEqual([true, 0]);
  });
});

function aStore(chunksMax: number) {
  const store = new ChunkStore(chunksMax);
  onTestFinished(() => store.close());
  const fetches: number[] = [];
  const fetch =
    (index: number): FetchChunk =>
    async ({ buffers, keep }, signal) => {
      const buffer = await buffers.acquire(signal);
      fetches.push(index);
      buffer.bytes.fill(String(index));
      keep(buffer, 1000);
      buffers.release(buffer);
    };
  return { store, fetches, fetch };
}

const untilAborted = (signal: AbortSignal): Promise<never> =>
  new Promise((_, reject) => {
    if (signal.aborted) reject(signal.reason);
    signal.addEventListener('abort', () => reject(signal.reason), { once: true });
  });
