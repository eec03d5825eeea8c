/** A good replica beside bad bytes of the same file: what becomes of the one leaves the other alone. */
import { truncate } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import type { ReplicaStore } from '../../src/storage/replica-store.js';
import {
  aLongFilm,
  bytesIn,
  createBench,
  filesBelow,
  listAll,
  objectPath,
  put,
  soundEntry,
} from './a-store.js';

const bench = createBench();
const film = aLongFilm(1);

describe('a replica made again beside bad bytes', () => {
  it('is whole, and stays when those are dropped', async () => {
    const { root, store } = await rottenAndHealed();
    expect(await filesBelow(root)).toEqual([...whole, ...setAside].toSorted());

    const report = await store.dropQuarantined([film.fileId]);

    expect(report).toEqual({ dropped: [film.fileId], failed: [] });
    expect(await filesBelow(root)).toEqual(whole);
    expect((await bytesIn(store, film.fileId)).equals(film.bytes)).toBe(true);
  });

  it('S7: leaves them where they are through a start', async () => {
    const { root, store } = await rottenAndHealed();
    await store.close();

    const again = await bench.open(root);

    expect((await listAll(again)).entries).toEqual([{ ...soundEntry(film), aside: true }]);
    expect(await again.verify(film.fileId, film)).toEqual({ outcome: 'sound' });
  });

  it('goes with them when it is dropped itself', async () => {
    const { root, store } = await rottenAndHealed();

    await store.drop([film.fileId]);

    expect(await filesBelow(root)).toEqual([]);
  });

  it('is set aside in their place when it rots too, and is made again all the same', async () => {
    const { root, store } = await rottenAndHealed();

    await rot(root, store);

    expect(await filesBelow(root)).toEqual(setAside);
    expect((await listAll(store)).entries).toMatchObject([{ quarantined: true, aside: false }]);
    await put(store, film);
    expect((await bytesIn(store, film.fileId)).equals(film.bytes)).toBe(true);
    await store.dropQuarantined([film.fileId]);
    expect(await filesBelow(root)).toEqual(whole);
  });

  it('loses nothing when they are dropped while it is on its way', async () => {
    const { root, store } = await bench.openNew();
    await put(store, film);
    await rot(root, store);
    const staged = await put(store, film, 'publish');
    expect((await listAll(store)).entries).toMatchObject([{ quarantined: true }]);

    await store.dropQuarantined([film.fileId]);
    await staged.syncDirectory();

    expect(await filesBelow(root)).toEqual(whole);
    expect((await listAll(store)).entries).toEqual([soundEntry(film)]);
  });
});

// Builders

const whole = ['manifest', 'mp4'].map(
  (part) => `objects/${film.fileId.slice(0, 2)}/${film.fileId}.${part}`,
);
const setAside = ['manifest', 'mp4'].map((part) => `quarantine/${film.fileId}.${part}`);

async function rottenAndHealed() {
  const { root, store } = await bench.openNew();
  await put(store, film);
  await rot(root, store);
  await put(store, film);
  return { root, store };
}

async function rot(root: string, store: ReplicaStore): Promise<void> {
  await truncate(objectPath(root, film.fileId, 'mp4'), 9);
  expect(await store.verify(film.fileId, film)).toMatchObject({ outcome: 'quarantined' });
}
