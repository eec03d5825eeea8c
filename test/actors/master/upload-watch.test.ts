import { describe, expect, it } from 'vitest';
import { type UploadNews, UploadWatch } from '../../../src/actors/master/upload-watch.js';
import { u1, u2 } from '../lookup-table/table-under-test.js';
import { readAll, settled } from './a-world.js';

const signal = new AbortController().signal;

describe('watching an upload', () => {
  it('begins with what is known, and ends when it is acknowledged', async () => {
    const watch = new UploadWatch();

    const news = readAll(watch.watch(u1, async () => progress(0), signal));
    await settled();
    watch.tell(progress(1));
    await settled();
    watch.tell(progress(2, true));
    await settled();
    watch.tell(progress(3, true));

    expect((await news).map(replicasOf)).toEqual([0, 1, 2]);
  });

  it('ends when the upload does', async () => {
    const watch = new UploadWatch();
    const ended: UploadNews = { uploadId: u1, error: { code: 'unavailable', detail: 'gone' } };

    const news = readAll(watch.watch(u1, async () => progress(0), signal));
    await settled();
    watch.tell(ended);

    expect(await news).toEqual([progress(0), ended]);
  });

  it('misses nothing that happens while it asks', async () => {
    const watch = new UploadWatch();
    const ask = async (): Promise<UploadNews> => {
      watch.tell(progress(1, true));
      return progress(0);
    };

    const news = await readAll(watch.watch(u1, ask, signal));

    expect(news.map(replicasOf)).toEqual([0, 1]);
  });

  it('owes a slow reader the latest news alone', async () => {
    const watch = new UploadWatch();
    const reader = watch.watch(u1, async () => progress(0), signal);
    await reader.next();

    for (let replicas = 1; replicas <= 100; replicas += 1) watch.tell(progress(replicas));

    expect((await reader.next()).value).toEqual(progress(100));
    await reader.return();
  });

  it('hears nothing of other uploads', async () => {
    const watch = new UploadWatch();

    const news = readAll(watch.watch(u1, async () => progress(0), signal));
    await settled();
    watch.tell({ ...progress(1, true), uploadId: u2 });
    watch.tell(progress(2, true));

    expect((await news).map(replicasOf)).toEqual([0, 2]);
  });

  it.each([
    ['waits', progress(0)],
    ['has just been told', progress(1)],
  ])('ends when its reader goes away while it %s', async (_, first) => {
    const watch = new UploadWatch();
    const gone = new AbortController();

    const news = readAll(watch.watch(u1, async () => first, gone.signal));
    await settled();
    gone.abort();

    expect(await news).toEqual([first]);
  });

  it('fails when it cannot ask', async () => {
    const watch = new UploadWatch();

    const news = readAll(watch.watch(u1, () => Promise.reject(new Error('no table')), signal));

    await expect(news).rejects.toThrow('no table');
  });
});

const progress = (replicas: number, acked = false) => ({
  uploadId: u1,
  replicas,
  target: 3,
  acked,
});

const replicasOf = (news: UploadNews): number | undefined =>
  'error' in news ? undefined : news.replicas;
