import { afterEach, describe, expect, it, vi } from 'vitest';
import { chunkBytes } from '../../src/domain/chunk-plan.js';
import { TransferServer } from '../../src/transfer/transfer-server.js';
import { anAuthority, deferred, memorySink, Rig, sampleBytes, type Upload } from './rig.js';

const bytes = sampleBytes(6 * chunkBytes);

let rig: Rig;
afterEach(() => rig.close());

describe('a server that drains', () => {
  it('lets a transfer end, and closes idle connections and the listener', async () => {
    const { upload, writing } = await rigThatWaits();
    const [busy, idle] = [await rig.dial(), await rig.dial()];
    const put = busy.put(rig.putOrder(bytes));
    await vi.waitFor(() => expect(rig.server.transfers).toBe(1));

    const drained = rig.server.drain();
    await idle.closed;
    await expect(rig.dial()).rejects.toMatchObject({ code: 'unavailable' });
    writing.resolve();
    await put;
    await drained;

    expect(upload.totals?.size).toBe(bytes.length);
    expect(rig.server.connections).toBe(0);
  });

  it('cuts what still runs when its signal is aborted', async () => {
    const { upload, writing } = await rigThatWaits();
    const grace = new AbortController();
    const connection = await rig.dial();
    const put = connection.put(rig.putOrder(bytes));
    put.catch(() => {});
    await vi.waitFor(() => expect(rig.server.transfers).toBe(1));

    const drained = rig.server.drain(grace.signal);
    grace.abort();
    writing.resolve();
    await drained;

    await expect(put).rejects.toMatchObject({ code: 'unavailable' });
    expect(upload.aborts).toHaveLength(1);
    await rig.expectQuiet();
  });

  it('is done at once with nothing to wait for', async () => {
    rig = await Rig.start();

    await rig.server.drain();

    expect(rig.server.connections).toBe(0);
  });
});

describe('a server that cannot listen', () => {
  it('says where and why', async () => {
    rig = await Rig.start();
    const { port } = rig.server;

    const second = TransferServer.listen({
      host: '127.0.0.1',
      port,
      authority: anAuthority,
      handlers: {
        put: () => Promise.reject(new Error('no one puts here')),
        get: () => Promise.reject(new Error('no one gets here')),
        manifest: () => Promise.reject(new Error('no one reads here')),
      },
    });

    await expect(second).rejects.toMatchObject({
      code: 'unavailable',
      detail: expect.stringContaining(`127.0.0.1:${port}`),
      cause: { code: 'EADDRINUSE' },
    });
  });
});

async function rigThatWaits() {
  const upload: Upload = { chunks: [], aborts: [] };
  const writing = deferred();
  const sink = { ...memorySink(upload), writeChunk: () => writing.promise };
  rig = await Rig.start({ handlers: { put: async () => sink } });
  return { upload, writing };
}
