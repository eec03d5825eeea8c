import { describe, expect, it, onTestFinished, vi } from 'vitest';
import type { ChunkSink } from '../../../src/actors/client/chunk-sink.js';
import { clientLimits } from '../../../src/actors/client/client-limits.js';
import type { KnownPaces } from '../../../src/actors/client/fetch-plan.js';
import { RangeFetch } from '../../../src/actors/client/fetch-ranges.js';
import type { KeeperLender } from '../../../src/actors/runtime/keeper-connections.js';
import { chunkBytes } from '../../../src/domain/chunk-plan.js';
import { ReelkeepError } from '../../../src/domain/errors.js';
import { fileId, type KeeperId, keeperId } from '../../../src/domain/ids.js';
import type { TransferSource } from '../../../src/domain/transfer-source.js';
import { ChunkBuffers } from '../../../src/transfer/chunk-buffers.js';
import type { GetOrder } from '../../../src/transfer/transfer-connection.js';

const chunks = 12;

describe('range fetch', () => {
  it('fetches every chunk once, from all sources', async () => {
    const run = start({ a: soundly, b: soundly, c: soundly });

    expect(await run.end).toBeUndefined();

    expect(run.kept()).toEqual(everyChunk);
    expect(new Set(run.servedBy()).size).toBe(3);
  });

  it('gives the ranges of a keeper that fails to the others', async () => {
    const run = start({ a: soundly, b: failing('unavailable'), c: soundly });

    expect(await run.end).toBeUndefined();

    expect(run.kept()).toEqual(everyChunk);
    expect(run.servedBy()).not.toContain('b');
  });

  it('takes over from a keeper that sends nothing, and lets go of it at the end', async () => {
    const run = start({ a: soundly, b: stalling });

    expect(await run.end).toBeUndefined();

    expect(run.kept()).toEqual(everyChunk);
  });

  it('lets a keeper whose chunks are all here end its answer, so that its connection stays', async () => {
    let cut = 0;
    const wordy: Behavior = async (order) => {
      await soundly(order);
      for (let turns = 0; turns < 5; turns += 1) await new Promise(setImmediate);
      if (order.signal?.aborted) cut += 1;
    };
    const run = start({ a: wordy, b: wordy, c: wordy });

    expect(await run.end).toBeUndefined();

    expect(run.kept()).toEqual(everyChunk);
    expect(cut).toBe(0);
  });

  it('takes over from nobody for whose chunks there is no memory', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
    onTestFinished(() => void vi.useRealTimers());
    const few = new ChunkBuffers({ buffersMax: 1 });
    const first = await few.acquire();
    const missing = [{ first: 0, count: 3 }];
    const all = { a: soundly, b: soundly, c: soundly, idle: soundly };
    const run = start(all, { missing }, undefined, few);
    await vi.advanceTimersByTimeAsync(10 * clientLimits.lookAroundEveryMs);
    const asked = [...run.requests];

    few.release(first);

    expect(await run.end).toBeUndefined();
    expect(asked).toEqual(['a', 'b', 'c']);
    expect(run.kept()).toEqual([0, 1, 2]);
  });

  it.each([
    ['of which nothing is known', []],
    ['that is known to be as slow', [['idle', 900] as const]],
  ])('leaves what others are slow with to them, rather than to one %s', async (_, known) => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
    onTestFinished(() => void vi.useRealTimers());
    const slowly: Behavior = (order) =>
      new Promise((resolve) => setTimeout(() => resolve(soundly(order)), 450));
    const missing = [{ first: 0, count: 2 }];
    const paces = new Map(known.map(([name, chunkMs]) => [keeperId(name), chunkMs]));
    const all = { a: slowly, b: slowly, idle: soundly };

    const run = start(all, { missing }, undefined, undefined, paces);
    await vi.advanceTimersByTimeAsync(500);

    expect(await run.end).toBeUndefined();
    expect(run.requests).toEqual(['a', 'b']);
  });

  it('takes over from a slow keeper with one that is known to be fast', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
    onTestFinished(() => void vi.useRealTimers());
    const paces = new Map([[keeperId('idle'), 20]]);
    const missing = [{ first: 0, count: 2 }];
    const all = { a: stalling, b: stalling, idle: soundly };

    const run = start(all, { missing }, undefined, undefined, paces);
    await vi.advanceTimersByTimeAsync(5 * clientLimits.lookAroundEveryMs);

    expect(await run.end).toBeUndefined();
    expect(run.requests).toEqual(['a', 'b', 'idle', 'idle']);
    expect(run.kept()).toEqual([0, 1]);
  });

  it('is over soon when a keeper never ends its answer', async () => {
    const run = start({ a: soundly, b: (order) => soundly(order).then(() => stalling(order)) });

    expect(await run.end).toBeUndefined();

    expect(run.kept()).toEqual(everyChunk);
  });

  it('fetches a chunk whose bytes were wrong from another keeper, and tells of it', async () => {
    const run = start({ a: spoiling, b: soundly });

    expect(await run.end).toBeUndefined();

    expect(run.kept()).toEqual(everyChunk);
    expect(run.bad.length).toBeGreaterThan(0);
    expect(new Set(run.bad.map(([keeper]) => keeper))).toEqual(new Set(['a']));
    expect(new Set(run.bad.map(String)).size).toBe(run.bad.length);
  });

  it('ends when no keeper has the right bytes of some chunk', async () => {
    const run = start({ a: spoiling, b: spoiling });

    expect(await run.end).toMatchObject({ code: 'integrity' });
  });

  it('ends with the last error when every keeper refuses, without asking again', async () => {
    const run = start({ a: failing('not-allowed'), b: failing('not-allowed') });

    expect(await run.end).toMatchObject({ code: 'not-allowed' });
    expect(run.requests).toEqual(['a', 'b']);
  });

  it('throws what the sink throws, and stops asking', async () => {
    const full = new ReelkeepError('no-space', 'the local disk has no room');
    const run = start({ a: soundly, b: stalling }, { keep: () => Promise.reject(full) });

    await expect(run.end).rejects.toBe(full);
  });

  it('stops when it is told to', async () => {
    const over = new AbortController();
    const run = start({ a: stalling, b: stalling }, {}, over.signal);

    over.abort(new ReelkeepError('unavailable', 'interrupted'));

    expect(await run.end).toBeInstanceOf(ReelkeepError);
    expect(run.kept()).toEqual([]);
  });
});

type Behavior = (order: GetOrder) => Promise<void>;

const everyChunk = Array.from({ length: chunks }, (_, index) => index);

/** A turn of the event loop for each chunk, so that all sources get a share. */
const soundly: Behavior = async ({ range, onChunk, buffers, signal }) => {
  for (let index = range.first; index < range.first + range.count; index += 1) {
    const buffer = await buffers.acquire(signal);
    await new Promise(setImmediate);
    await onChunk({ index, buffer, length: chunkBytes, digest: new Uint8Array(32) }).finally(() =>
      buffers.release(buffer),
    );
  }
};

const spoiling: Behavior = (order) =>
  soundly({ ...order, onChunk: (chunk) => order.onChunk({ ...chunk, length: 0 }) });

const stalling: Behavior = ({ signal }) =>
  new Promise((_, reject) => {
    const stop = () => reject(signal?.reason);
    if (signal?.aborted) stop();
    signal?.addEventListener('abort', stop, { once: true });
  });

const failing =
  (code: ReelkeepError['code']): Behavior =>
  () =>
    Promise.reject(new ReelkeepError(code, 'so it is'));

/** A chunk is right when it has a length. */
function start(
  behaviors: Readonly<Record<string, Behavior>>,
  changes: Partial<ChunkSink> = {},
  signal = new AbortController().signal,
  buffers = new ChunkBuffers({ buffersMax: 4 }),
  paces: KnownPaces = new Map(),
) {
  const kept: number[] = [];
  const requests: string[] = [];
  const served: [string, number][] = [];
  const bad: [KeeperId, number][] = [];
  const sink: ChunkSink = {
    missing: [{ first: 0, count: chunks }],
    before: Number.POSITIVE_INFINITY,
    isHeldUp: false,
    onGrown: () => undefined,
    keep: async (index, _, length) => {
      if (length === 0) return 'mismatch';
      kept.push(index);
      return 'kept';
    },
    finish: async () => undefined,
    suspend: async () => undefined,
    discard: async () => undefined,
    ...changes,
  };
  const keepers: KeeperLender = {
    take: async ({ keeper }) => ({
      reused: false,
      release: () => undefined,
      connection: {
        get: (order) => {
          requests.push(keeper);
          const onChunk: GetOrder['onChunk'] = async (chunk) => {
            await order.onChunk(chunk);
            served.push([keeper, chunk.index]);
          };
          return behaviors[keeper]?.({ ...order, onChunk }) ?? Promise.resolve();
        },
        put: () => Promise.reject(new Error('not asked for')),
        manifest: () => Promise.reject(new Error('not asked for')),
      },
    }),
  };
  const sources = Object.keys(behaviors).map(aSource);
  const fetch = new RangeFetch({
    fileId: fileId('a'.repeat(32)),
    size: chunks * chunkBytes,
    sources,
    sink,
    keepers,
    buffers,
    paces,
    signal,
    relocate: async () => sources,
    onKept: () => undefined,
    onBadChunk: (keeper, index) => bad.push([keeper, index]),
  });
  return {
    end: fetch.run(),
    kept: () => [...kept].sort((a, b) => a - b),
    servedBy: () => served.map(([keeper]) => keeper),
    requests,
    bad,
  };
}

const aSource = (name: string): TransferSource => ({
  keeper: keeperId(name),
  host: '127.0.0.1',
  port: 7001,
  tls: false,
  ticket: { claims: new Uint8Array(), proofKey: new Uint8Array() },
});
