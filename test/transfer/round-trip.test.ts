import { afterEach, describe, expect, it, vi } from 'vitest';
import { chunkBytes, chunkCount } from '../../src/domain/chunk-plan.js';
import { deferred, fileDigest, memoryReplica, Rig, sampleBytes, takeInto } from './rig.js';

const sizes = [
  0,
  1,
  chunkBytes - 1,
  chunkBytes,
  chunkBytes + 1,
  5 * chunkBytes,
  7 * chunkBytes + 12_345,
];

let rig: Rig;
afterEach(() => rig.close());

describe('a transfer over loopback', () => {
  it.each(sizes)('puts a file of %i bytes', async (size) => {
    const bytes = sampleBytes(size);
    rig = await Rig.start();
    const connection = await rig.dial();

    await connection.put(rig.putOrder(bytes));

    const [upload] = rig.uploads;
    expect(Buffer.concat(upload?.chunks ?? []).equals(bytes)).toBe(true);
    expect(upload?.totals).toEqual({ size, chunks: chunkCount(size), digest: fileDigest(bytes) });
    expect(upload?.aborts).toEqual([]);
    expect(rig.buffers.inUse).toBe(0);
    expect(rig.server.buffersInUse).toBe(0);
  });

  it.each(sizes)('gets a file of %i bytes', async (size) => {
    const bytes = sampleBytes(size);
    const whole = Buffer.alloc(size);
    rig = await Rig.start({ bytes });
    const connection = await rig.dial();

    await connection.get(rig.getOrder(takeInto(whole)));

    expect(whole.equals(bytes)).toBe(true);
    expect(rig.buffers.inUse).toBe(0);
    expect(rig.server.buffersInUse).toBe(0);
  });

  it.each(sizes)('fetches a manifest of %i bytes', async (size) => {
    const bytes = sampleBytes(size);
    rig = await Rig.start({ bytes });
    const connection = await rig.dial();

    const manifest = await connection.manifest(rig.getOrder());

    expect(Buffer.compare(manifest, bytes)).toBe(0);
    expect(rig.buffers.inUse).toBe(0);
  });

  it('gets only the chunks of the range', async () => {
    const bytes = sampleBytes(6 * chunkBytes + 7);
    const indices: number[] = [];
    rig = await Rig.start({ bytes });
    const connection = await rig.dial();

    await connection.get({
      ...rig.getOrder(async ({ index }) => void indices.push(index)),
      range: { first: 4, count: 3 },
    });

    expect(indices).toEqual([4, 5, 6]);
  });

  it('serves requests of every kind one after another on one connection', async () => {
    const bytes = sampleBytes(2 * chunkBytes + 1);
    const whole = Buffer.alloc(bytes.length);
    rig = await Rig.start({ bytes });
    const connection = await rig.dial();

    await connection.manifest(rig.getOrder());
    await connection.put(rig.putOrder(bytes));
    await connection.get(rig.getOrder(takeInto(whole)));
    await connection.put(rig.putOrder(bytes));

    expect(whole.equals(bytes)).toBe(true);
    expect(rig.uploads.map(({ totals }) => totals?.size)).toEqual([bytes.length, bytes.length]);
    expect(rig.server.connections).toBe(1);
  });

  it('answers requests that were asked for at the same time, in their order', async () => {
    const bytes = sampleBytes(5 * chunkBytes);
    const whole = Buffer.alloc(bytes.length);
    rig = await Rig.start({ bytes });
    const connection = await rig.dial();
    const order = rig.getOrder(takeInto(whole));
    const range = (first: number) => ({ ...order, range: { first, count: 1 } });

    await Promise.all([
      ...[3, 0, 4].map((first) => connection.get(range(first))),
      connection.put(rig.putOrder(bytes)),
      ...[1, 2].map((first) => connection.get(range(first))),
    ]);

    expect(whole.equals(bytes)).toBe(true);
    expect(rig.uploads[0]?.totals?.digest).toBe(fileDigest(bytes));
    expect(rig.buffers.inUse).toBe(0);
  });

  it.each(['get', 'manifest'] as const)(
    'lets the answer to a %s wait in the network while this side has no memory for it',
    async (operation) => {
      const served = deferred();
      const bytes = sampleBytes(1000);
      const replica = { ...memoryReplica(bytes), close: async () => served.resolve() };
      rig = await Rig.start({ bytes, handlers: { get: async () => replica } });
      const connection = await rig.dial();
      const lent = await Promise.all([1, 2, 3, 4].map(() => rig.buffers.acquire()));
      const answered = connection[operation](rig.getOrder());
      if (operation === 'get') await served.promise;
      await vi.waitFor(() => expect(rig.server.transfers).toBe(0));
      for (let turns = 0; turns < 5; turns += 1) await new Promise(setImmediate);

      for (const buffer of lent) rig.buffers.release(buffer);

      await answered;
      expect(connection.usable).toBe(true);
      await rig.expectQuiet();
    },
  );

  it('tells the progress of a put in bytes that have left', async () => {
    const bytes = sampleBytes(2 * chunkBytes + 9);
    const progress: number[] = [];
    rig = await Rig.start();
    const connection = await rig.dial();

    await connection.put({ ...rig.putOrder(bytes), onProgress: (sent) => progress.push(sent) });

    expect(progress).toEqual([chunkBytes, chunkBytes, 9]);
  });

  it('reaches a server by a host name', async () => {
    const { TransferConnection } = await import('../../src/transfer/transfer-connection.js');
    rig = await Rig.start();

    const connection = await TransferConnection.dial({ host: 'localhost', port: rig.server.port });
    await connection.put(rig.putOrder(sampleBytes(10)));
    await connection.close();

    expect(rig.uploads[0]?.totals?.size).toBe(10);
  });
});
