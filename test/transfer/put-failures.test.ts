import { afterEach, describe, expect, it, vi } from 'vitest';
import { chunkBytes } from '../../src/domain/chunk-plan.js';
import { ReelkeepError } from '../../src/domain/errors.js';
import { KeeperRefused } from '../../src/transfer/keeper-refused.js';
import { deferred, memorySink, memorySource, Rig, sampleBytes, type Upload } from './rig.js';

const bytes = sampleBytes(12 * chunkBytes + 1);
const noSpace = new ReelkeepError('no-space', 'the disk is full');

let rig: Rig;
afterEach(() => rig.close());

describe('a put that fails', () => {
  it('stops sending at an early verdict and surfaces it', async () => {
    const upload = anUpload();
    const source = memorySource(bytes);
    const read: number[] = [];
    rig = await rigWithSink(upload, { writeChunk: (index) => refuseAt(index, 2) });
    const connection = await rig.dial();

    const put = connection.put({
      ...rig.putOrder(bytes),
      source: {
        ...source,
        readChunk(index, buffer) {
          read.push(index);
          return source.readChunk(index, buffer);
        },
      },
    });

    await expect(put).rejects.toMatchObject({ code: 'no-space', detail: 'the disk is full' });
    await expect(put).rejects.toBeInstanceOf(KeeperRefused);
    expect(read.length).toBeLessThan(13);
    await expectEnded(upload);
  });

  it('is refused by the handler before any chunk is taken', async () => {
    rig = await Rig.start({ handlers: { put: () => Promise.reject(noSpace) } });
    const connection = await rig.dial();

    await expect(connection.put(rig.putOrder(bytes))).rejects.toMatchObject({ code: 'no-space' });

    await rig.expectQuiet();
  });

  it('does not tell the peer why the keeper broke, but the log', async () => {
    rig = await Rig.start({ handlers: { put: () => Promise.reject(new TypeError('/secret')) } });
    const connection = await rig.dial();

    const put = connection.put(rig.putOrder(bytes));

    await expect(put).rejects.toMatchObject({
      code: 'internal',
      detail: 'the keeper failed; its log says why',
    });
    expect(rig.warnings).toEqual(['a transfer failed for a reason without a code']);
  });

  it('is told when the sink cannot finish', async () => {
    const upload = anUpload();
    rig = await rigWithSink(upload, { finish: () => Promise.reject(noSpace) });
    const connection = await rig.dial();

    await expect(connection.put(rig.putOrder(bytes))).rejects.toMatchObject({ code: 'no-space' });

    await expectEnded(upload);
  });

  it('ends with the error of its source', async () => {
    const upload = anUpload();
    const unreadable = new ReelkeepError('not-found', 'the file is gone');
    rig = await rigWithSink(upload);
    const connection = await rig.dial();
    const source = memorySource(bytes);

    const put = connection.put({
      ...rig.putOrder(bytes),
      source: {
        ...source,
        readChunk: (index, buffer) =>
          index === 3 ? Promise.reject(unreadable) : source.readChunk(index, buffer),
      },
    });

    await expect(put).rejects.toBe(unreadable);
    expect(rig.buffers.inUse).toBe(0);
    await expectEnded(upload);
  });

  it('is refused when its bytes differ from their digest', async () => {
    const upload = anUpload();
    rig = await rigWithSink(upload);
    const connection = await rig.dial();
    const source = memorySource(bytes);

    const put = connection.put({
      ...rig.putOrder(bytes),
      source: {
        ...source,
        async readChunk(index, buffer) {
          const read = await source.readChunk(index, buffer);
          buffer.bytes.writeUInt8(buffer.bytes.readUInt8(77) ^ 1, 77);
          return read;
        },
      },
    });

    await expect(put).rejects.toMatchObject({ code: 'integrity' });
    await expectEnded(upload);
  });

  it('ends when its signal is aborted', async () => {
    const upload = anUpload();
    const abort = new AbortController();
    rig = await rigWithSink(upload, {
      async writeChunk(index) {
        if (index === 1) abort.abort();
      },
    });
    const connection = await rig.dial();

    const put = connection.put({ ...rig.putOrder(bytes), signal: abort.signal });

    await expect(put).rejects.toMatchObject({
      code: 'unavailable',
      detail: 'the transfer was cancelled',
    });
    await expectEnded(upload);
  });

  it('is unavailable when the keeper dies half way', async () => {
    const upload = anUpload();
    rig = await rigWithSink(upload, {
      async writeChunk(index) {
        if (index === 2) void rig.server.close();
      },
    });
    const connection = await rig.dial();

    await expect(connection.put(rig.putOrder(bytes))).rejects.toMatchObject({
      code: 'unavailable',
    });

    await expectEnded(upload);
  });

  it('has an unknown outcome when the keeper dies after the last byte', async () => {
    const upload = anUpload();
    rig = await rigWithSink(upload, {
      async finish() {
        void rig.server.close();
        throw noSpace;
      },
    });
    const connection = await rig.dial();

    await expect(connection.put(rig.putOrder(sampleBytes(5)))).rejects.toMatchObject({
      code: 'unknown-outcome',
    });

    expect(rig.buffers.inUse).toBe(0);
  });

  it('has an unknown outcome when the verdict does not come', async () => {
    const upload = anUpload();
    const stuck = deferred();
    rig = await rigWithSink(upload, { finish: () => stuck.promise });
    const connection = await rig.dial({ verdictTimeoutMs: 50 });

    const put = connection.put(rig.putOrder(sampleBytes(5)));

    await expect(put).rejects.toMatchObject({ code: 'unknown-outcome' });
    stuck.resolve();
  });

  it('is aborted on the keeper once, after its writes, when the sender dies', async () => {
    const upload = anUpload();
    const writing = deferred();
    rig = await rigWithSink(upload, { writeChunk: () => writing.promise });
    const connection = await rig.dial();

    const put = connection.put(rig.putOrder(bytes));
    put.catch(() => {});
    await vi.waitFor(() => expect(rig.server.buffersInUse).toBe(4));
    await connection.close();

    await expect(put).rejects.toMatchObject({ code: 'unavailable' });
    expect(upload.aborts).toEqual([]);
    writing.resolve();
    await expectEnded(upload);
  });
});

async function expectEnded(upload: Upload): Promise<void> {
  await vi.waitFor(() => expect(upload.aborts).toHaveLength(1));
  await rig.expectQuiet();
}

const anUpload = (): Upload => ({ chunks: [], aborts: [] });

const rigWithSink = (
  upload: Upload,
  changed: Partial<ReturnType<typeof memorySink>> = {},
): Promise<Rig> =>
  Rig.start({ handlers: { put: async () => ({ ...memorySink(upload), ...changed }) } });

async function refuseAt(index: number, at: number): Promise<void> {
  if (index === at) throw noSpace;
}
