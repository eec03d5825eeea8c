import { readlink, rename, truncate } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { aFilm, anUpload, bytesIn, createBench, filesBelow, objectPath, put } from './a-store.js';

const bench = createBench();

describe('drop', () => {
  it('takes both files of each replica off the disk and leaves the others', async () => {
    const { root, store } = await bench.openNew();
    const [kept, one, two] = [aFilm(1), aFilm(2), aFilm(3)];
    for (const film of [kept, one, two]) await put(store, film);

    const report = await store.drop([one.fileId, two.fileId]);

    expect(report).toEqual({ dropped: [one.fileId, two.fileId], failed: [] });
    expect(await filesBelow(root)).toHaveLength(2);
    expect((await store.space()).usedBytes).toBe(kept.size);
  });

  it('confirms what was never there', async () => {
    const { store } = await bench.openNew();

    expect(await store.drop([aFilm(1).fileId])).toEqual({ dropped: [aFilm(1).fileId], failed: [] });
  });

  it('takes what was set aside as well', async () => {
    const { root, store } = await bench.openNew();
    const film = aFilm(1);
    await putBad(root, store, film);

    await store.drop([film.fileId]);

    expect(await filesBelow(root)).toEqual([]);
  });

  it('S38: makes durable what a replica that was given up had left', async () => {
    const synced: string[] = [];
    const { store } = await bench.openNew({
      fsync: async (fd) => void synced.push(await readlink(`/proc/self/fd/${fd}`)),
    });
    const film = aFilm(1);
    const staged = await put(store, film, 'publish');
    await staged.abandon();
    synced.length = 0;

    await store.drop([film.fileId]);

    expect(synced.map((path) => basename(path))).toContain(film.fileId.slice(0, 2));
  });

  it('never confirms a removal that once could not be made durable', async () => {
    let isFailing = false;
    const { store } = await bench.openNew({
      fsync: async () => {
        if (isFailing)
          throw Object.assign(new Error('EIO: i/o error'), { code: 'EIO', syscall: 'fsync' });
      },
    });
    const film = aFilm(1);
    await put(store, film);
    isFailing = true;
    await store.drop([film.fileId]);
    isFailing = false;

    const again = await store.drop([film.fileId]);

    expect(again.dropped).toEqual([]);
    expect(again.failed).toMatchObject([{ fileId: film.fileId, error: { code: 'unavailable' } }]);
  });

  it('of a replica that damage made longer leaves no less than nothing in use', async () => {
    const { root, store } = await bench.openNew();
    const film = aFilm(1);
    await put(store, film);
    await truncate(objectPath(root, film.fileId, 'mp4'), film.size * 3);

    await store.drop([film.fileId]);

    expect((await store.space()).usedBytes).toBe(0);
  });

  it('stops a replica of the file that is on its way', async () => {
    const { root, store } = await bench.openNew();
    const film = aFilm(1);
    const staged = await put(store, film, 'syncData');

    await store.drop([film.fileId]);

    expect(staged.step).toBe('abandoned');
    expect(await filesBelow(root)).toEqual([]);
  });

  it('lets a reader finish who has the replica open', async () => {
    const { store } = await bench.openNew();
    const film = aFilm(1);
    await put(store, film);
    const replica = await store.openReplica(film.fileId);

    await store.drop([film.fileId]);

    const memory = new SharedArrayBuffer(film.size);
    await replica.readChunk(0, memory);
    expect(Buffer.from(memory).equals(film.bytes)).toBe(true);
    await replica.close();
  });
});

describe('dropQuarantined', () => {
  it('takes what was set aside and leaves the replica that came after it', async () => {
    const { root, store } = await bench.openNew();
    const film = aFilm(1);
    await putBad(root, store, film);
    await put(store, film);

    const report = await store.dropQuarantined([film.fileId]);

    expect(report).toEqual({ dropped: [film.fileId], failed: [] });
    expect(await filesBelow(root)).toHaveLength(2);
    expect((await bytesIn(store, film.fileId)).equals(film.bytes)).toBe(true);
  });
});

describe('discard', () => {
  it('takes a published replica off the disk that came of this upload', async () => {
    const { root, store } = await bench.openNew();
    const film = aFilm(1);
    await put(store, film);

    await store.discard(film.fileId, film.uploadId);

    expect(await filesBelow(root)).toEqual([]);
  });

  it('S29: is not told of as done while the root is away', async () => {
    const { root, store } = await bench.openNew();
    const film = aFilm(1);
    await put(store, film);
    await rename(join(root, 'objects'), join(root, 'away'));

    const discarded = store.discard(film.fileId, film.uploadId);

    await expect(discarded).rejects.toMatchObject({ code: 'unavailable' });
    await rename(join(root, 'away'), join(root, 'objects'));
    expect(await store.holds(film.fileId)).toBe(true);
  });

  it('leaves a replica that came of another upload', async () => {
    const { store } = await bench.openNew();
    const film = aFilm(1);
    await put(store, film);

    await store.discard(film.fileId, anUpload(77));

    expect((await bytesIn(store, film.fileId)).equals(film.bytes)).toBe(true);
  });

  it('stops the upload while it is on its way', async () => {
    const { root, store } = await bench.openNew();
    const film = aFilm(1);
    const staged = await put(store, film, 'publish');

    await store.discard(film.fileId, film.uploadId);

    expect(staged.step).toBe('abandoned');
    expect(await filesBelow(root)).toEqual([]);
  });
});

async function putBad(
  ...[root, store, film]: [string, Parameters<typeof put>[0], Parameters<typeof put>[1]]
) {
  await put(store, film);
  await truncate(objectPath(root, film.fileId, 'mp4'), 1);
  await store.verify(film.fileId, film);
}
