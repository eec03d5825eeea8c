import { Readable } from 'node:stream';
import { describe, expect, it, vi } from 'vitest';
import { GatewayCounters } from '../../../src/actors/gateway/counters.js';
import type { Routes } from '../../../src/actors/gateway/routes.js';
import { ReelkeepError } from '../../../src/domain/errors.js';
import { startApp } from './an-app.js';

const open = { config: { access: 'open' } } as const;

const routes: Routes = (app) => {
  app.get('/files/*', open, () => 'film');
  app.put('/files/*', open, () => {
    throw new ReelkeepError('conflict', 'the name exists');
  });
  app.get('/', open, () => 'console');
  app.get('/healthz/live', open, () => ({ ok: true }));
};

/** And then none for ever. */
async function* aFewBytes() {
  yield Buffer.alloc(1_000);
  await new Promise(() => undefined);
}

describe('requests', () => {
  it('are counted by group of routes, method and class of status, never by path', async () => {
    const counters = new GatewayCounters();
    const { origin } = await startApp([routes], { counters });

    await fetch(`${origin}/files/a.mp4`);
    await fetch(`${origin}/files/b.mp4`);
    await fetch(`${origin}/files/b.mp4`, { method: 'PUT' });
    await fetch(`${origin}/`);
    await fetch(`${origin}/healthz/live`);
    await fetch(`${origin}/files-of-mine`);

    await vi.waitFor(() =>
      expect([...counters.requests.counts].toSorted()).toEqual([
        ['console/GET/2xx', 1],
        ['files/GET/2xx', 2],
        ['files/PUT/4xx', 1],
        ['observing/GET/2xx', 1],
        ['other/GET/4xx', 1],
      ]),
    );
    expect(counters.durations.get('files')?.count).toBe(3);
  });

  it('whose viewer went away in the middle of the answer, or before it, are counted', async () => {
    const counters = new GatewayCounters();
    let onLate: () => void = () => undefined;
    const endless: Routes = (app) => {
      app.get('/files/film', open, (_request, reply) =>
        reply.send(Readable.from(aFewBytes(), { objectMode: false })),
      );
      app.get('/files/late', open, () => {
        onLate();
        return new Promise(() => undefined);
      });
    };
    const { origin } = await startApp([endless], { counters });

    const leave = new AbortController();
    await fetch(`${origin}/files/film`, { signal: leave.signal });
    const asked = new Promise<void>((resolve) => {
      onLate = resolve;
    });
    const late = fetch(`${origin}/files/late`, { signal: leave.signal }).catch(() => undefined);
    await asked;
    leave.abort();
    await late;

    await vi.waitFor(() => {
      const { counts } = counters.requests;
      const total = [...counts.values()].reduce((sum, count) => sum + count, 0);
      expect([counts.get('files/GET/2xx'), counts.get('files/GET/4xx'), total]).toEqual([1, 1, 2]);
    });
  });

  it('of a method that nobody knows have one word', () => {
    const counters = new GatewayCounters();

    counters.noteRequest('other', 'PROPFIND', 404, 1);
    counters.noteRequest('other', 'BREW', 418, 1);

    expect([...counters.requests.counts]).toEqual([['other/other/4xx', 2]]);
  });
});

describe('uploads', () => {
  it('are counted as they end, by protocol, and their bytes when they are stored', async () => {
    const counters = new GatewayCounters();
    const during: (number | undefined)[] = [];

    await counters.countUpload('put', async () => {
      during.push(counters.uploadsUnderWay.counts.get('put'));
      return { size: 7 };
    });
    const failed = counters.countUpload('tus', async () => {
      throw new ReelkeepError('conflict', 'the name exists');
    });

    await expect(failed).rejects.toMatchObject({ code: 'conflict' });
    expect(Object.fromEntries(counters.uploads.counts)).toEqual({
      'put/committed': 1,
      'tus/committed': 0,
      'tus/conflict': 1,
    });
    expect([during, counters.storedBytes]).toEqual([[1], 7]);
    expect([...counters.uploadsUnderWay.counts.values()]).toEqual([0, 0]);
  });
});
