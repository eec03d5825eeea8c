import type { ServerDuplexStream } from '@grpc/grpc-js';
import { describe, expect, it } from 'vitest';
import { ReelkeepError } from '../../src/domain/errors.js';
import type {
  ReportInventoryRequest,
  SessionRequest,
  SessionResponse,
} from '../../src/rpc/generated/reelkeep/v1/keeper.js';
import { toStatus } from '../../src/rpc/status.js';
import { deferred, link, never, startServer } from './rig.js';

const stamp = { keeperId: 'k1', incarnation: 1, epoch: 1, report: 0, givenUp: [] };

describe('reporting', () => {
  it('tells the master of a dropped replica', async () => {
    const told: string[] = [];
    const server = await startServer({
      keeper: {
        reportDropped: async ({ fileIds }) => {
          told.push(...fileIds);
          return {};
        },
      },
    });

    await link(server).reportDropped({ stamp, fileIds: ['a', 'b'], quarantinedOnly: false });

    expect(told).toEqual(['a', 'b']);
  });

  it('fails with the code that the master gave', async () => {
    const server = await startServer({
      keeper: { register: () => Promise.reject(new ReelkeepError('not-allowed', 'it is retired')) },
    });

    const answer = link(server).register(registration);

    await expect(answer).rejects.toMatchObject({ code: 'not-allowed', detail: 'it is retired' });
  });
});

describe('an inventory', () => {
  it('arrives page by page, in order', async () => {
    const heard: ReportInventoryRequest[] = [];
    const server = await startServer({
      keeper: {
        async reportInventory(pages) {
          for await (const page of pages) heard.push(page);
          return { commit: 7 };
        },
      },
    });

    const answer = await link(server).reportInventory(pagesOf(300), AbortSignal.timeout(10_000));

    expect(answer).toEqual({ commit: 7 });
    expect(heard.map(({ entries }) => entries[0]?.size)).toEqual(
      Array.from({ length: 300 }, (_, index) => index),
    );
  });

  it('is refused by the master in the middle', async () => {
    const server = await startServer({
      keeper: {
        async reportInventory(pages) {
          for await (const { entries } of pages)
            if (entries[0]?.size === 3) throw new ReelkeepError('stale', 'it registered anew');
          return { commit: 7 };
        },
      },
    });

    const answer = link(server).reportInventory(pagesOf(1_000), AbortSignal.timeout(10_000));

    await expect(answer).rejects.toMatchObject({ code: 'stale', detail: 'it registered anew' });
  });

  it('is never taken for complete when a page cannot be made', async () => {
    const heard = deferred();
    const ended = deferred<unknown>();
    const server = await startServer({
      keeper: {
        async reportInventory(pages) {
          try {
            for await (const _ of pages) heard.settle();
            ended.settle('complete');
          } catch (error) {
            ended.settle(error);
          }
          return { commit: 7 };
        },
      },
    });
    async function* broken() {
      yield* pagesOf(2);
      await heard.promise;
      throw new ReelkeepError('internal', 'EIO');
    }

    const answer = link(server).reportInventory(broken(), AbortSignal.timeout(10_000));

    await expect(answer).rejects.toMatchObject({ detail: 'EIO' });
    await expect(ended.promise).resolves.toBeInstanceOf(Error);
  });

  it('is given up by its signal, and the pages are let go', async () => {
    const called = deferred();
    const letGo = deferred();
    const server = await startServer({
      keeper: {
        reportInventory: () => {
          called.settle();
          return never();
        },
      },
    });
    async function* endless() {
      try {
        for (;;) yield* pagesOf(1_000);
      } finally {
        letGo.settle();
      }
    }
    const given = new AbortController();

    const answer = link(server).reportInventory(endless(), given.signal);
    await called.promise;
    given.abort();

    await expect(answer).rejects.toMatchObject({ code: 'unavailable' });
    await letGo.promise;
  });
});

describe('a session', () => {
  it('carries heartbeats up and messages down', async () => {
    const heard = deferred<SessionResponse>();
    const server = await startServer({
      keeper: {
        session: (stream) =>
          stream.on('data', (beat: SessionRequest) =>
            stream.write({ ...message, commit: beat.usedBytes }),
          ),
      },
    });

    const session = link(server).session({ onMessage: heard.settle, onEnd: () => undefined });
    session.send({ ...heartbeat, usedBytes: 5 });

    await expect(heard.promise).resolves.toEqual({ ...message, commit: 5 });
    session.close();
  });

  it.each([
    ['ended by the master', (stream: Stream) => stream.end(), 'ended'],
    [
      'refused by the master',
      (stream: Stream) => stream.emit('error', toStatus(new ReelkeepError('stale', 'older'))),
      expect.objectContaining({ code: 'stale', detail: 'older' }),
    ],
  ])('tells once that it was %s', async (_, end, reason) => {
    const ends: unknown[] = [];
    const ended = deferred();
    const server = await startServer({
      keeper: { session: (stream) => stream.on('data', () => end(stream)) },
    });

    const session = link(server).session({
      onMessage: () => undefined,
      onEnd: (why) => {
        ends.push(why);
        ended.settle();
      },
    });
    session.send(heartbeat);
    await ended.promise;
    session.send(heartbeat);
    session.close();

    expect(ends).toEqual([reason]);
  });

  it('tells that nobody can be reached', async () => {
    const server = await startServer();
    await server.close(0);
    const ended = deferred<unknown>();

    link(server).session({ onMessage: () => undefined, onEnd: ended.settle });

    await expect(ended.promise).resolves.toMatchObject({ code: 'unavailable' });
  });

  it('says nothing of an end that was asked for', async () => {
    const ends: unknown[] = [];
    const gone = deferred();
    const begun = deferred();
    const server = await startServer({
      keeper: {
        session: (stream) => {
          stream.on('cancelled', () => gone.settle());
          stream.on('data', () => begun.settle());
        },
      },
    });

    const session = link(server).session({
      onMessage: () => undefined,
      onEnd: (why) => ends.push(why),
    });
    session.send(heartbeat);
    await begun.promise;
    session.close();
    await gone.promise;

    expect(ends).toEqual([]);
  });
});

type Stream = ServerDuplexStream<SessionRequest, SessionResponse>;

const registration = {
  keeperId: 'k1',
  clusterId: '',
  incarnation: 1,
  startId: '0123456789abcdef',
  advertise: '127.0.0.1:7001',
  dataTls: false,
  highestEpoch: 0,
  highestCommit: 0,
  terms: [],
  freeBytes: 0,
  usedBytes: 0,
};

const heartbeat: SessionRequest = {
  stamp,
  freeBytes: 1,
  usedBytes: 2,
  transfers: 0,
  uploadIds: [],
  diskSuspect: false,
  eventLoopLagMs: 0,
  leaving: false,
  ticketKeyId: 0,
  scrub: { checked: 3, percent: 40, quarantined: 1, unreadable: 2, passedMs: 5 },
  traffic: { receivedBytes: 9, sentBytes: 5, copiedBytes: 4 },
};

const message: SessionResponse = {
  epoch: 1,
  commit: 0,
  masterClockMs: 9,
  command: undefined,
  ticketKey: undefined,
};

async function* pagesOf(count: number): AsyncGenerator<ReportInventoryRequest> {
  const found = { fileId: '', digest: '', uploadId: 'x'.repeat(10_000) };
  const entry = { ...found, quarantined: false, aside: false, facts: undefined };
  for (let size = 0; size < count; size += 1)
    yield {
      stamp,
      entries: [{ ...entry, size }],
      complete: size === count - 1,
      deletedFileIds: [],
    };
}
