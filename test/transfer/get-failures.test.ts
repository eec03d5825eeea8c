import { afterEach, describe, expect, it, vi } from 'vitest';
import { chunkBytes } from '../../src/domain/chunk-plan.js';
import { ReelkeepError } from '../../src/domain/errors.js';
import { TransferConnection } from '../../src/transfer/transfer-connection.js';
import { deferred, memoryReplica, Rig, sampleBytes } from './rig.js';

const bytes = sampleBytes(12 * chunkBytes + 1);
const noSpace = new ReelkeepError('no-space', 'the disk is full');

let rig: Rig;
afterEach(() => rig.close());

describe('a get that fails', () => {
  it('is refused by the handler, and the connection goes on', async () => {
    const replicas = [() => Promise.reject(noSpace), async () => memoryReplica(bytes)];
    rig = await Rig.start({
      bytes,
      handlers: { get: () => replicas.shift()?.() ?? Promise.reject(noSpace) },
    });
    const connection = await rig.dial();

    const results = await Promise.allSettled([
      connection.get(rig.getOrder()),
      connection.get(rig.getOrder()),
    ]);

    expect(results.map(({ status }) => status)).toEqual(['rejected', 'fulfilled']);
    expect(connection.usable).toBe(true);
    await rig.expectQuiet();
  });

  it('ends with the verdict when the keeper cannot read on, and the connection goes on', async () => {
    const close = vi.fn(async () => {});
    const replica = memoryReplica(bytes);
    rig = await Rig.start({
      bytes,
      handlers: {
        get: async () => ({
          ...replica,
          close,
          readChunk: (index, buffer) =>
            index === 4 ? Promise.reject(noSpace) : replica.readChunk(index, buffer),
        }),
      },
    });
    const connection = await rig.dial();
    const taken: number[] = [];

    const get = connection.get(rig.getOrder(async ({ index }) => void taken.push(index)));

    await expect(get).rejects.toMatchObject({ code: 'no-space' });
    expect(taken).toEqual([0, 1, 2, 3]);
    expect(close).toHaveBeenCalledOnce();
    expect((await connection.manifest(rig.getOrder())).length).toBe(bytes.length);
    await rig.expectQuiet();
  });

  it('ends with the error of the one who takes the chunks', async () => {
    const damaged = new ReelkeepError('integrity', 'the chunk differs');
    rig = await Rig.start({ bytes });
    const connection = await rig.dial();

    const get = connection.get(
      rig.getOrder(async ({ index }) => {
        if (index === 2) throw damaged;
      }),
    );

    await expect(get).rejects.toBe(damaged);
    expect(connection.usable).toBe(false);
    await rig.expectQuiet();
  });

  it('is refused when the replica has another size than the ticket says', async () => {
    rig = await Rig.start({
      bytes,
      handlers: { get: async () => memoryReplica(sampleBytes(chunkBytes)) },
    });
    const connection = await rig.dial();

    await expect(connection.get(rig.getOrder())).rejects.toMatchObject({ code: 'integrity' });

    await rig.expectQuiet();
  });

  it('is an integrity error when the keeper has another file under the id', async () => {
    const other = Buffer.from(bytes).fill(1, 0, 1);
    rig = await Rig.start({ bytes, handlers: { get: async () => memoryReplica(other) } });
    const connection = await rig.dial();

    await expect(connection.get(rig.getOrder())).rejects.toMatchObject({ code: 'integrity' });
  });

  it('ends when its signal is aborted, with every request on the connection', async () => {
    const abort = new AbortController();
    rig = await Rig.start({ bytes });
    const connection = await rig.dial();
    const onChunk = async () => abort.abort();

    const results = await Promise.allSettled([
      connection.get({ ...rig.getOrder(onChunk), signal: abort.signal }),
      connection.get(rig.getOrder()),
      connection.put(rig.putOrder(bytes)),
    ]);

    expect(results.map((result) => result.status === 'rejected' && result.reason.code)).toEqual(
      Array(3).fill('unavailable'),
    );
    await rig.expectQuiet();
  });

  it('leaves the others alone when it is aborted before it was sent', async () => {
    rig = await Rig.start({ bytes });
    const connection = await rig.dial();

    const results = await Promise.allSettled([
      connection.get(rig.getOrder()),
      connection.get({ ...rig.getOrder(), signal: AbortSignal.abort() }),
      connection.get(rig.getOrder()),
    ]);

    expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    expect(results[1]).toMatchObject({ reason: { code: 'unavailable' } });
    await rig.expectQuiet();
  });

  it('is unavailable when the keeper dies half way', async () => {
    rig = await Rig.start({ bytes });
    const connection = await rig.dial();

    const get = connection.get(rig.getOrder(async () => void rig.server.close()));

    await expect(get).rejects.toMatchObject({ code: 'unavailable' });
    await rig.expectQuiet();
  });

  it('closes the replica when the receiver dies', async () => {
    const close = vi.fn(async () => {});
    rig = await Rig.start({
      bytes,
      handlers: { get: async () => ({ ...memoryReplica(bytes), close }) },
    });
    const connection = await rig.dial();
    const stuck = deferred();

    const get = connection.get(rig.getOrder(() => stuck.promise));
    get.catch(() => {});
    await vi.waitFor(() => expect(rig.buffers.inUse).toBe(4));
    await connection.close();
    stuck.resolve();

    await expect(get).rejects.toMatchObject({ code: 'unavailable' });
    await vi.waitFor(() => expect(close).toHaveBeenCalledOnce());
    await rig.expectQuiet();
  });
});

describe('a manifest that fails', () => {
  it('is refused when it is larger than its bound', async () => {
    rig = await Rig.start({ bytes: sampleBytes(101), limits: { manifestBytesMax: 100 } });
    const connection = await rig.dial();

    await expect(connection.manifest(rig.getOrder())).rejects.toMatchObject({ code: 'internal' });
  });

  it('is cut off by the receiver when it is larger than its bound', async () => {
    rig = await Rig.start({ bytes: sampleBytes(101) });
    const connection = await rig.dial({ manifestBytesMax: 100 });

    const manifest = connection.manifest(rig.getOrder());

    await expect(manifest).rejects.toMatchObject({ code: 'integrity' });
    await rig.expectQuiet();
  });
});

describe('a dial that fails', () => {
  it('is unavailable, with the reason of the system, where nobody listens', async () => {
    rig = await Rig.start();
    const { port } = rig.server;
    await rig.server.close();

    const dial = TransferConnection.dial({ host: '127.0.0.1', port });

    await expect(dial).rejects.toMatchObject({
      code: 'unavailable',
      detail: expect.stringContaining(`127.0.0.1:${port}`),
      cause: { code: 'ECONNREFUSED' },
    });
  });

  it('ends when its signal is aborted', async () => {
    rig = await Rig.start();
    const signal = AbortSignal.abort();

    const dial = TransferConnection.dial({ host: '127.0.0.1', port: rig.server.port, signal });

    await expect(dial).rejects.toMatchObject({ code: 'unavailable' });
  });
});
