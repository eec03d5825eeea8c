import { Writable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { clientLimits } from '../../../src/actors/client/client-limits.js';
import { StreamSink } from '../../../src/actors/client/stream-sink.js';
import { chunkBytes } from '../../../src/domain/chunk-plan.js';
import { aBuffer, aFile, chunkOf } from './a-download.js';

const { bytes, manifest } = aFile(3 * chunkBytes + 5);

describe('stream sink', () => {
  it('writes chunks in order, in whatever order they come', async () => {
    const reader = aReader();
    const sink = new StreamSink(reader.stream, manifest);

    for (const index of [2, 0, 3, 1]) expect(await keep(sink, index)).toBe('kept');
    await sink.finish();

    expect(bytes.equals(Buffer.concat(reader.taken))).toBe(true);
  });

  it('takes no chunk whose bytes are not those of the manifest', async () => {
    const sink = new StreamSink(aReader().stream, manifest);
    const wrong = chunkOf(bytes, 1);

    expect(await sink.keep(0, aBuffer(wrong), wrong.length)).toBe('mismatch');
  });

  it('lets nobody fetch further ahead than its bound, and more as the reader goes on', async () => {
    const reader = aReader({ paused: true });
    const sink = new StreamSink(reader.stream, manifest);
    const grown = new Promise<void>((resolve) => {
      sink.onGrown = resolve;
    });

    await keep(sink, 0);
    await keep(sink, 2);

    expect(sink.before).toBe(clientLimits.aheadChunksMax);
    expect(sink.missing).toEqual([
      { first: 1, count: 1 },
      { first: 3, count: 1 },
    ]);
    reader.resume();
    await grown;
    expect(sink.before).toBe(clientLimits.aheadChunksMax + 1);
  });

  it('fails with the error of a reader that has gone', async () => {
    const gone = Object.assign(new Error('broken pipe'), { code: 'EPIPE' });
    const stream = new Writable({ write: (_chunk, _encoding, done) => done(gone) });
    const sink = new StreamSink(stream, manifest);

    await keep(sink, 0);

    await expect(sink.finish()).rejects.toBe(gone);
    expect(sink.failure).toBe(gone);
  });
});

const keep = (sink: StreamSink, index: number) => {
  const content = chunkOf(bytes, index);
  return sink.keep(index, aBuffer(content), content.length);
};

function aReader({ paused = false } = {}) {
  const taken: Buffer[] = [];
  let goOn: (() => void) | undefined;
  let isPaused = paused;
  const stream = new Writable({
    write(chunk: Buffer, _encoding, done) {
      taken.push(chunk);
      if (isPaused) goOn = done;
      else done();
    },
  });
  return {
    stream,
    taken,
    resume: () => {
      isPaused = false;
      goOn?.();
    },
  };
}
