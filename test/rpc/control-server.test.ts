import { createServer } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { errorKinds, ReelkeepError } from '../../src/domain/errors.js';
import { ControlServer } from '../../src/rpc/control-server.js';
import type { AwaitUploadResponse } from '../../src/rpc/generated/reelkeep/v1/client.js';
import { rpcLimits } from '../../src/rpc/limits.js';
import { askHealth, listServices } from './probes.js';
import { connect, deferred, never, startServer } from './rig.js';

const uploadId = 'a'.repeat(32);
const progress: AwaitUploadResponse = { replicas: 1, target: 3, acked: false, file: undefined };

describe('a unary call', () => {
  it('brings the request to the handler and its answer back', async () => {
    const server = await startServer({
      client: { list: async (request) => ({ files: [], more: request.prefix === 'films/' }) },
    });

    const answer = connect(server).list({ prefix: 'films/', after: '', limit: 0 });

    await expect(answer).resolves.toEqual({ files: [], more: true });
  });

  it.each(Object.keys(errorKinds) as (keyof typeof errorKinds)[])(
    'brings the code %s and the whole sentence through',
    async (code) => {
      const detail = 'there is no file "films/Schöne Müllerin 🎬 50%"';
      const server = await startServer({
        client: { stat: () => Promise.reject(new ReelkeepError(code, detail)) },
      });

      const answer = connect(server).stat({ name: 'a' });

      await expect(answer).rejects.toMatchObject({ name: 'ReelkeepError', code, detail });
    },
  );

  it('tells a defect of the handler as internal', async () => {
    const server = await startServer({
      client: { stat: () => Promise.reject(new TypeError('undefined is not a film')) },
    });

    const answer = connect(server).stat({ name: 'a' });

    await expect(answer).rejects.toMatchObject({
      code: 'internal',
      detail: 'undefined is not a film',
    });
  });

  it('is of unknown outcome when its deadline passes', async () => {
    const server = await startServer({ client: { remove: never } });

    const answer = connect(server).remove({ name: 'a' }, { timeoutMs: 50 });

    await expect(answer).rejects.toMatchObject({
      code: 'unknown-outcome',
      detail: expect.stringContaining('removing the file at the master 127.0.0.1'),
    });
  });

  it('is given up with the reason of its signal', async () => {
    const called = deferred();
    const server = await startServer({
      client: {
        stat: () => {
          called.settle();
          return never();
        },
      },
    });
    const given = new AbortController();

    const answer = connect(server).stat({ name: 'a' }, { signal: given.signal });
    await called.promise;
    given.abort(new ReelkeepError('conflict', 'another has it'));

    await expect(answer).rejects.toMatchObject({ code: 'conflict', detail: 'another has it' });
  });

  it('is not made when its signal has aborted before', async () => {
    let calls = 0;
    const server = await startServer({
      client: {
        stat: async () => {
          calls += 1;
          return { file: undefined };
        },
      },
    });

    const answer = connect(server).stat({ name: 'a' }, { signal: AbortSignal.abort() });

    await expect(answer).rejects.toMatchObject({ code: 'unavailable' });
    expect(calls).toBe(0);
  });

  it('is unavailable when nobody listens', async () => {
    const answer = connect({ port: await freePort() }).stat({ name: 'a' });

    await expect(answer).rejects.toMatchObject({
      code: 'unavailable',
      detail: expect.stringMatching(/^asking for the file at the master 127\.0\.0\.1:\d+: /),
    });
  });

  it('is refused when its request is larger than a message may be', async () => {
    const server = await startServer({ client: { stat: async () => ({ file: undefined }) } });
    const name = 'a'.repeat(rpcLimits.messageBytesMax);

    await expect(connect(server).stat({ name })).rejects.toMatchObject({ code: 'unavailable' });
  });
});

describe('a stream of answers', () => {
  it('brings every message in order, then ends', async () => {
    const server = await startServer({
      client: {
        async *awaitUpload() {
          for (let replicas = 0; replicas < 500; replicas += 1) yield { ...progress, replicas };
        },
      },
    });

    const heard: number[] = [];
    for await (const { replicas } of connect(server).awaitUpload({ uploadId }))
      heard.push(replicas);

    expect(heard).toEqual(Array.from({ length: 500 }, (_, index) => index));
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
        // biome-ignore lint/correctness/useYield: it waits for an upload that never moves
        async *awaitUpload(_, signal) {
          begun.settle();
          signal.addEventListener('abort', () => gone.settle());
          await gone.promise;
        },
      },
    });
    const given = new AbortController();

    const stream = connect(server).awaitUpload({ uploadId }, { signal: given.signal });
    const reading = Array.fromAsync(stream);
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

    const reading = Array.fromAsync(connect(server).awaitUpload({ uploadId }));
    await begun.promise;
    await Promise.all([
      server.close(0),
      expect(reading).rejects.toMatchObject({ code: 'unavailable' }),
    ]);
  });
});

describe('control server', () => {
  it.each(['', 'reelkeep.v1.ClientService', 'reelkeep.v1.KeeperService'])(
    'tells by health checking when "%s" serves',
    async (service) => {
      const server = await startServer();

      const before = await askHealth(server.port, service);
      server.setServing(true);
      const after = await askHealth(server.port, service);

      expect([before, after]).toEqual(['NOT_SERVING', 'SERVING']);
    },
  );

  it('lists its services by reflection', async () => {
    const server = await startServer();

    expect(await listServices(server.port)).toEqual(
      expect.arrayContaining(['reelkeep.v1.ClientService', 'reelkeep.v1.KeeperService']),
    );
  });

  it('refuses a port that is in use, with what to do about it', async () => {
    const { port } = await startServer();

    const second = ControlServer.listen({ host: '127.0.0.1', port, ...nobody });

    await expect(second).rejects.toMatchObject({
      code: 'conflict',
      detail: `port ${port} of 127.0.0.1 is in use: choose another with --port, or 0 for a free one`,
    });
  });

  it('lets a call under way end before it closes', async () => {
    const called = deferred();
    const answered = deferred();
    const server = await startServer({
      client: {
        stat: async () => {
          called.settle();
          await answered.promise;
          return { file: undefined };
        },
      },
    });

    const answer = connect(server).stat({ name: 'a' });
    await called.promise;
    const closed = server.close(10_000);
    answered.settle();

    await expect(answer).resolves.toEqual({ file: undefined });
    await closed;
  });
});

const nobody = { client: {}, keeper: {} } as Pick<
  Parameters<typeof ControlServer.listen>[0],
  'client' | 'keeper'
>;

const finding = {
  name: 'a',
  fileId: 'b'.repeat(32),
  problem: 'PROBLEM_MISSING',
  live: 0,
  target: 3,
} as const satisfies object;

async function freePort(): Promise<number> {
  const server = createServer();
  onTestFinished(() => void server.close());
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  return typeof address === 'object' && address !== null ? address.port : 0;
}
