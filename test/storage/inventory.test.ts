import { rm, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { unknownDigest, unknownUploadId } from '../../src/storage/inventory.js';
import { storageLimits } from '../../src/storage/limits.js';
import {
  aFilm,
  aLongFilm,
  createBench,
  filesBelow,
  flipByte,
  listAll,
  objectPath,
  put,
  soundEntry,
} from './a-store.js';

const bench = createBench();

describe('inventory', () => {
  it('lists every replica once, and is complete', async () => {
    const { store } = await bench.openNew({ durability: 'relaxed' });
    const films = Array.from({ length: 40 }, (_, n) => aFilm(n, n * 10));
    for (const film of films) await put(store, film);

    const { complete, entries } = await listAll(store);

    expect(complete).toBe(true);
    expect(entries.sort((a, b) => a.size - b.size)).toEqual(films.map(soundEntry));
  });

  it('of an empty disk is one empty page', async () => {
    const { store } = await bench.openNew();

    expect(await listAll(store)).toEqual({ entries: [], complete: true });
  });

  it('has no page above the limit', async () => {
    const { store } = await bench.openNew({ durability: 'relaxed' });
    for (let n = 0; n < 5; n += 1) await put(store, aFilm(n));

    for await (const page of store.inventory('what is here'))
      expect(page.entries.length).toBeLessThanOrEqual(storageLimits.inventoryPageMax);
  });

  it('sets a replica with a damaged manifest aside, and lists it as that', async () => {
    const { root, store } = await bench.openNew();
    const film = aFilm(1);
    await put(store, film);
    const path = objectPath(root, film.fileId, 'manifest');
    await writeFile(path, await flipByte(path, 60));

    expect(await listAll(store)).toEqual({
      entries: [
        {
          fileId: film.fileId,
          size: film.size,
          digest: unknownDigest,
          uploadId: unknownUploadId,
          quarantined: true,
          aside: false,
        },
      ],
      complete: true,
    });
    expect(await filesBelow(root)).toEqual([
      `quarantine/${film.fileId}.manifest`,
      `quarantine/${film.fileId}.mp4`,
    ]);
  });

  it('sets a replica aside whose data has another length than its manifest says', async () => {
    const { root, store } = await bench.openNew();
    const film = aLongFilm(1);
    await put(store, film);
    await truncate(objectPath(root, film.fileId, 'mp4'), 9);

    const { entries } = await listAll(store);

    expect(entries).toEqual([{ ...soundEntry(film), size: 9, quarantined: true }]);
  });

  it('L4: tells of bad bytes set aside before in the entry of the sound replica', async () => {
    const { root, store } = await bench.openNew();
    const film = aFilm(1);
    await put(store, film);
    await truncate(objectPath(root, film.fileId, 'mp4'), 9);
    await store.verify(film.fileId, film);
    await put(store, film);

    const told = { entries: [{ ...soundEntry(film), aside: true }], complete: true };
    expect(await listAll(store)).toEqual(told);
    await store.dropQuarantined([film.fileId]);
    expect(await listAll(store)).toEqual({ entries: [soundEntry(film)], complete: true });
  });

  it('lists nothing of a replica in full when it cannot see what is set aside', async () => {
    const { root, store } = await bench.openNew();
    await put(store, aFilm(1));
    await rm(join(root, 'quarantine'), { recursive: true });

    expect(await listAll(store)).toEqual({ entries: [], complete: false });
  });

  it('tells of bad bytes beside a replica that became durable while the pages were made', async () => {
    const gate = createGate();
    const { root, store } = await bench.openNew({ fsync: gate.fsync });
    const [late, bad] = [aFilm(1), aFilm(0xf0)];
    await put(store, late);
    await truncate(objectPath(root, late.fileId, 'mp4'), 9);
    await store.verify(late.fileId, late);
    const staged = await put(store, late, 'publish');
    await put(store, bad);
    await truncate(objectPath(root, bad.fileId, 'mp4'), 9);
    gate.shut();
    const listing = listAll(store);
    await gate.reached;

    await staged.syncDirectory();
    gate.open();

    expect((await listing).entries).toEqual([
      { ...soundEntry(bad), size: 9, quarantined: true },
      { ...soundEntry(late), aside: true },
    ]);
  });

  it('lists a replica that became durable while the pages were made', async () => {
    const gate = createGate();
    const { root, store } = await bench.openNew({ fsync: gate.fsync });
    const [late, bad] = [aFilm(1), aFilm(0xf0)];
    const staged = await put(store, late, 'publish');
    await put(store, bad);
    await truncate(objectPath(root, bad.fileId, 'mp4'), 9);
    gate.shut();
    const listing = listAll(store);
    // it has passed the place of `late` and is setting `bad` aside
    await gate.reached;

    await staged.syncDirectory();
    gate.open();

    expect(await listing).toEqual({
      entries: [{ ...soundEntry(bad), size: 9, quarantined: true }, soundEntry(late)],
      complete: true,
    });
  });
});

/** Syncs at once, but for the first one after it was shut. */
function createGate() {
  let isShut = false;
  let open = () => {};
  let reach = () => {};
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  const reached = new Promise<void>((resolve) => {
    reach = resolve;
  });
  return {
    reached,
    open: () => open(),
    shut: () => {
      isShut = true;
    },
    async fsync() {
      if (!isShut) return;
      isShut = false;
      reach();
      await opened;
    },
  };
}
