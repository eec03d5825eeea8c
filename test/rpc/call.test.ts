import { describe, expect, it } from 'vitest';
import { errorKinds, ReelkeepError } from '../../src/domain/errors.js';
import { rpcLimits } from '../../src/rpc/limits.js';
import { connect, deferred, never, startServer } from './rig.js';

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

  it('brings a sentence too long for a header as far as it fits', async () => {
    const server = await startServer({
      client: { stat: () => Promise.reject(new ReelkeepError('conflict', '🎬'.repeat(100_000))) },
    });

    const answer = connect(server).stat({ name: 'a' });

    await expect(answer).rejects.toMatchObject({
      code: 'conflict',
      detail: '🎬'.repeat(rpcLimits.detailLengthMax / 2),
    });
  });

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

  it('that changes something is of unknown outcome when its answer is lost', async () => {
    const called = deferred();
    const server = await startServer({
      client: {
        remove: () => {
          called.settle();
          return never();
        },
      },
    });
    const answer = connect(server).remove({ name: 'a' }, { changes: true });
    const failure = answer.catch((error: unknown) => error);
    await called.promise;

    await server.close(0);

    expect(await failure).toMatchObject({
      code: 'unknown-outcome',
      detail: expect.stringContaining('the answer was lost'),
    });
  });

  it('that changes something has certainly failed when nobody was there to be asked', async () => {
    const server = await startServer({});
    const connection = connect(server);
    await server.close(0);

    const answer = connection.remove({ name: 'a' }, { changes: true });

    await expect(answer).rejects.toMatchObject({ code: 'unavailable' });
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
    const server = await startServer();
    await server.close(0);

    const answer = connect(server).stat({ name: 'a' });

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
