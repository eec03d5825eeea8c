import { describe, expect, it, vi } from 'vitest';
import { ReelkeepError } from '../../src/domain/errors.js';
import type {
  AwaitUploadResponse,
  FsckResponse,
} from '../../src/rpc/generated/reelkeep/v1/client.js';
import { FsckResponse_Problem } from '../../src/rpc/generated/reelkeep/v1/client.js';
import { connect, deferred, startServer } from './rig.js';

const uploadId = 'a'.repeat(32);
const progress: AwaitUploadResponse = { replicas: 1, target: 3, acked: false, file: undefined };
const finding: FsckResponse = {
  name: 'a',
  fileId: 'b'.repeat(32),
  problem: FsckResponse_Problem.MISSING,
  live: 0,
  target: 3,
  reason: '',
};

describe('a stream of answers', () => {
  it('brings every message in order, then ends', async () => {
    const server = await startServer({
      client: {
        async *awaitUpload() {
          for (let replicas = 0; replicas < 500; replicas += 1) yield { ...progress, replicas };
        },
      },
    });

    const heard = await readAll(connect(server).awaitUpload({ uploadId }));

    expect(heard.map(({ replicas }) => replicas)).toEqual(
      Array.from({ length: 500 }, (_, index) => index),
    );
  });

  it('brings what was said before it failed, and the failure', async () => {
    const server = await startServer({
      client: {
        async *awaitUpload() {
          yield progress;
          throw new ReelkeepError('not-found', 'the upload has ended');
        },
      },
    });

    const heard: AwaitUploadResponse[] = [];
    const reading = (async () => {
      for await (const news of connect(server).awaitUpload({ uploadId })) heard.push(news);
    })();

    await expect(reading).rejects.toMatchObject({
      code: 'not-found',
      detail: 'the upload has ended',
    });
    expect(heard).toEqual([progress]);
  });

  it('aborts the signal of the handler when its reader leaves', async () => {
    const gone = deferred();
    const server = await startServer({
      client: {
        async *awaitUpload(_, signal) {
          signal.addEventListener('abort', () => gone.settle());
          yield progress;
          await gone.promise;
        },
      },
    });

    for await (const news of connect(server).awaitUpload({ uploadId })) {
      expect(news).toEqual(progress);
      break;
    }

    await expect(gone.promise).resolves.toBeUndefined();
  });

  it('aborts the signal of the handler when its caller gives up', async () => {
    const begun = deferred();
    const gone = deferred();
    const server = await startServer({
      client: {
        async *awaitUpload(_, signal) {
          begun.settle();
          signal.addEventListener('abort', () => gone.settle());
          await gone.promise;
        },
      },
    });
    const given = new AbortController();

    const stream = connect(server).awaitUpload({ uploadId }, { signal: given.signal });
    const reading = readAll(stream);
    await begun.promise;
    given.abort(new ReelkeepError('unavailable', 'the client was interrupted'));

    await expect(reading).rejects.toMatchObject({ detail: 'the client was interrupted' });
    await gone.promise;
  });

  it('stops making messages that its reader does not take', async () => {
    const bytesMax = 64 * 1024 * 1024;
    let bytesMade = 0;
    const gone = deferred();
    const server = await startServer({
      client: {
        async *fsck(_, signal) {
          signal.addEventListener('abort', () => gone.settle());
          while (bytesMade < bytesMax) {
            bytesMade += 100_000;
            yield { ...finding, reason: 'x'.repeat(100_000) };
          }
        },
      },
    });

    for await (const found of connect(server).fsck({})) {
      expect(found.reason).toHaveLength(100_000);
      break;
    }
    await gone.promise;

    expect(bytesMade).toBeLessThan(bytesMax);
  });

  it('listens to its signal once, however often its reader is slow', async () => {
    const listening = vi.spyOn(AbortSignal.prototype, 'addEventListener');
    const forgetting = vi.spyOn(AbortSignal.prototype, 'removeEventListener');
    const server = await startServer({
      client: {
        async *fsck() {
          for (let count = 0; count < 50; count += 1)
            yield { ...finding, reason: 'x'.repeat(100_000) };
        },
      },
    });

    const found = await readAll(connect(server).fsck({}));

    expect(found).toHaveLength(50);
    expect(listening.mock.calls.length).toBeGreaterThan(0);
    expect(forgetting.mock.calls).toHaveLength(listening.mock.calls.length);
  });

  it('is unavailable when the server is closed over it', async () => {
    const begun = deferred();
    const server = await startServer({
      client: {
        async *awaitUpload(_, signal) {
          begun.settle();
          yield progress;
          await new Promise((resolve) => signal.addEventListener('abort', resolve));
        },
      },
    });

    const reading = readAll(connect(server).awaitUpload({ uploadId }));
    await begun.promise;
    await Promise.all([
      server.close(0),
      expect(reading).rejects.toMatchObject({ code: 'unavailable' }),
    ]);
  });
});

async function readAll<Message>(stream: AsyncIterable<Message>): Promise<readonly Message[]> {
  const messages: Message[] = [];
  for await (const message of stream) messages.push(message);
  return messages;
}
