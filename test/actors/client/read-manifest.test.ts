import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { clientLimits } from '../../../src/actors/client/client-limits.js';
import { readManifest } from '../../../src/actors/client/read-manifest.js';
import type { KeeperLender } from '../../../src/actors/runtime/keeper-connections.js';
import { ReelkeepError } from '../../../src/domain/errors.js';
import type { FileView } from '../../../src/domain/file-view.js';
import { keeperId } from '../../../src/domain/ids.js';
import { encodeManifest } from '../../../src/domain/manifest.js';
import type { TransferSource } from '../../../src/domain/transfer-source.js';
import { blake3 } from '../../../src/storage/blake3.js';
import { ChunkBuffers } from '../../../src/transfer/chunk-buffers.js';
import type { ManifestOrder } from '../../../src/transfer/transfer-connection.js';
import { aFile } from './a-download.js';

const { manifest } = aFile(10);
const { chunkDigests: _, uploadId: __, ...facts } = manifest;
const file: FileView = { ...facts, replicas: [] };

describe('reading a manifest', () => {
  it('asks no second keeper when the first one answers', async () => {
    const run = start({ a: truly, b: truly });

    expect(await run.end).toEqual(manifest);
    expect(run.asked).toEqual(['a']);
  });

  it('asks the next one at once when one fails or has another manifest, and tells of that one', async () => {
    const run = start({ a: failing, b: wrongly, c: truly });

    expect(await run.end).toEqual(manifest);
    expect(run.asked).toEqual(['a', 'b', 'c']);
    expect(run.bad).toEqual(['b']);
  });

  it('L3: asks the next one as well while one says nothing, and lets go of that one then', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    onTestFinished(() => void vi.useRealTimers());
    const run = start({ a: silent, b: silent, c: truly });

    await vi.advanceTimersByTimeAsync(clientLimits.askNextMs - 1);
    expect(run.asked).toEqual(['a']);
    await vi.advanceTimersByTimeAsync(clientLimits.askNextMs + 1);

    expect(await run.end).toEqual(manifest);
    expect(run.asked).toEqual(['a', 'b', 'c']);
    expect(new Set(run.letGo)).toEqual(new Set(['a', 'b', 'c']));
  });

  it('takes the answer of one that was slow all the same', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    onTestFinished(() => void vi.useRealTimers());
    const slowly: Behavior = async (order) => {
      await new Promise((resolve) => setTimeout(resolve, 2 * clientLimits.askNextMs));
      return truly(order);
    };
    const run = start({ a: slowly, b: failing });

    await vi.advanceTimersByTimeAsync(2 * clientLimits.askNextMs);

    expect(await run.end).toEqual(manifest);
  });

  it('fails with the reason of the last one when all have failed', async () => {
    const run = start({ a: failing, b: wrongly });

    await expect(run.end).rejects.toMatchObject({ code: 'integrity' });
  });

  it('fails when there is nobody to ask', async () => {
    await expect(start({}).end).rejects.toMatchObject({ code: 'unavailable' });
  });

  it('ends when it is told to, and waits for nobody', async () => {
    const over = new AbortController();
    const run = start({ a: silent }, over.signal);

    over.abort(new ReelkeepError('unavailable', 'interrupted'));

    await expect(run.end).rejects.toMatchObject({ detail: expect.stringContaining('interrupted') });
    expect(run.letGo).toEqual(['a']);
  });
});

type Behavior = (order: ManifestOrder) => Promise<Uint8Array>;

const truly: Behavior = async () => encodeManifest(manifest, blake3);
const wrongly: Behavior = async () => encodeManifest(aFile(20).manifest, blake3);
const failing: Behavior = async () => {
  throw new ReelkeepError('unavailable', 'the connection broke');
};
/** Until it is given up. */
const silent: Behavior = async ({ signal }) => {
  signal?.throwIfAborted();
  return await new Promise((_, reject) => {
    signal?.addEventListener('abort', () => reject(signal.reason));
  });
};

function start(behaviors: Readonly<Record<string, Behavior>>, signal?: AbortSignal) {
  const asked: string[] = [];
  const bad: string[] = [];
  const letGo: string[] = [];
  const ticket = { claims: new Uint8Array(), proofKey: new Uint8Array() };
  const sources = Object.keys(behaviors).map(
    (name): TransferSource => ({ keeper: keeperId(name), host: name, port: 1, tls: false, ticket }),
  );
  const keepers: KeeperLender = {
    take: async ({ keeper }) => {
      asked.push(keeper);
      const refused = async () => Promise.reject(new Error('only the manifest is asked for'));
      const connection = { put: refused, get: refused, manifest: behaviors[keeper] ?? failing };
      return { connection, reused: false, release: () => void letGo.push(keeper) };
    },
  };
  const end = readManifest({
    file,
    sources,
    keepers,
    buffers: new ChunkBuffers({ buffersMax: 4 }),
    signal: signal ?? new AbortController().signal,
    onBadManifest: ({ keeper }) => void bad.push(keeper),
  });
  end.catch(() => undefined);
  return { end, asked, bad, letGo };
}
