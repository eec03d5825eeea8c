import { fsyncSync } from 'node:fs';
import { mkdir, open, truncate } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { clusterId } from '../../src/domain/ids.js';
import { DiskSync } from '../../src/storage/disk-sync.js';
import {
  aFilm,
  createBench,
  filesBelow,
  listAll,
  objectPath,
  put,
  receive,
  soundEntry,
} from './a-store.js';

const bench = createBench();

describe('a sync', () => {
  it('tells how long it took when it has succeeded', async () => {
    const told: number[] = [];
    let fails = false;
    const sync = new DiskSync({
      durability: 'strict',
      fsync: async () => {
        if (fails) throw inputOutputError();
      },
      onFsync: (tookMs) => told.push(tookMs),
    });
    const directory = await bench.directory();

    await sync.directory(directory);
    fails = true;
    await expect(sync.directory(directory)).rejects.toMatchObject({ code: 'unavailable' });

    expect(told).toEqual([expect.any(Number)]);
    expect(told[0]).toBeGreaterThanOrEqual(0);
  });
});

describe('a sync that fails', () => {
  it('is never tried again on the same descriptor, though it would succeed', async () => {
    let calls = 0;
    const sync = new DiskSync({
      durability: 'strict',
      fsync: async () => {
        calls += 1;
        if (calls === 1) throw inputOutputError();
      },
    });
    const handle = await open(join(await bench.directory(), 'file'), 'w');

    await expect(sync.file(handle, 'it')).rejects.toMatchObject({ code: 'unavailable' });
    await expect(sync.file(handle, 'it')).rejects.toMatchObject({ code: 'unavailable' });

    expect(calls).toBe(1);
    await handle.close();
  });

  it.each([
    ['its data', 1, 'syncData'],
    ['its manifest', 2, 'syncManifest'],
    ['its directory', 3, 'syncDirectory'],
  ] as const)(
    'of %s fails that replica, makes the disk suspect, and leaves the others',
    async (_, nth, until) => {
      const disk = failingDisk();
      const reasons: string[] = [];
      const { root, store } = await bench.openNew({
        fsync: disk.fsync,
        onSuspect: (reason) => reasons.push(reason),
      });
      const kept = aFilm(2);
      await put(store, kept);
      disk.failAt(nth);
      const film = aFilm(1);

      await expect(put(store, film, until)).rejects.toMatchObject({ code: 'unavailable' });
      await store.discard(film.fileId, film.uploadId);

      expect(store.diskSuspect).toBe(true);
      expect(reasons).toEqual([expect.stringContaining('EIO')]);
      expect(await listAll(store)).toEqual({ entries: [soundEntry(kept)], complete: true });
      expect(await filesBelow(root)).toHaveLength(2);
      await expect(store.stage(film.fileId, film.uploadId, 1)).rejects.toMatchObject({
        code: 'unavailable',
      });
    },
  );

  it('leaves no way but to abandon the replica', async () => {
    const disk = failingDisk();
    const { store } = await bench.openNew({ fsync: disk.fsync });
    const film = aFilm(1);
    const staged = await store.stage(film.fileId, film.uploadId, film.size);
    await receive(staged, film.bytes);
    staged.checkTotals(film);
    disk.failAt(1);
    await expect(staged.syncData()).rejects.toMatchObject({ code: 'unavailable' });

    await expect(staged.syncData()).rejects.toThrow('a staged replica is failed');
    await staged.abandon();
    expect(staged.step).toBe('abandoned');
  });

  it('keeps a drop from being confirmed', async () => {
    const disk = failingDisk();
    const { store } = await bench.openNew({ fsync: disk.fsync });
    const film = aFilm(1);
    await put(store, film);
    disk.failAt(1);

    const report = await store.drop([film.fileId]);

    expect(report.dropped).toEqual([]);
    expect(report.failed).toMatchObject([{ fileId: film.fileId, error: { code: 'unavailable' } }]);
  });
});

describe('a directory that cannot be opened to be synced', () => {
  it('was not synced, says so until it is, and makes no disk suspect', async () => {
    const reasons: string[] = [];
    const sync = new DiskSync({
      durability: 'strict',
      onSuspect: (reason) => reasons.push(reason),
    });
    const path = join(await bench.directory(), 'later');

    await expect(sync.directory(path)).rejects.toMatchObject({ code: 'unavailable' });
    const before = sync.isUnsynced(path);
    await mkdir(path);
    await sync.directory(path);

    expect([before, sync.isUnsynced(path), sync.suspect, reasons]).toEqual([
      true,
      false,
      false,
      [],
    ]);
  });
});

describe('a sync of the identity that fails', () => {
  it.each([
    ['it', 1],
    ['its directory', 2],
  ])('for %s makes the disk suspect, and the next one writes it anew', async (_, nth) => {
    const disk = failingDisk();
    const { root, store } = await bench.openNew({ durability: 'relaxed', fsync: disk.fsync });
    disk.failAt(nth);

    await expect(store.recordTerm(aTerm(7))).rejects.toMatchObject({ code: 'unavailable' });
    expect([store.diskSuspect, store.identity.highestEpoch]).toEqual([true, 0]);
    await store.recordTerm(aTerm(8));

    await store.close();
    const { identity } = await bench.open(root);
    expect(identity).toMatchObject({ incarnation: 2, highestEpoch: 8 });
  });
});

describe('a sync that fails while a bad replica is set aside', () => {
  it('leaves it unknown what became of the replica', async () => {
    const disk = failingDisk();
    const { root, store } = await bench.openNew({ fsync: disk.fsync });
    const film = aFilm(1);
    await put(store, film);
    await truncate(objectPath(root, film.fileId, 'mp4'), 1);
    disk.failAt(1);

    expect(await store.verify(film.fileId, film)).toMatchObject({ outcome: 'unknown' });
  });

  it('keeps the inventory from being complete', async () => {
    const disk = failingDisk();
    const { root, store } = await bench.openNew({ fsync: disk.fsync });
    const [film, kept] = [aFilm(1), aFilm(2)];
    await put(store, film);
    await put(store, kept);
    await truncate(objectPath(root, film.fileId, 'mp4'), 1);
    disk.failAt(1);

    const { complete, entries } = await listAll(store);

    expect(complete).toBe(false);
    expect(entries).toContainEqual(soundEntry(kept));
  });
});

describe('relaxed durability', () => {
  it('syncs no replica', async () => {
    let calls = 0;
    const { store } = await bench.openNew({
      durability: 'relaxed',
      fsync: async () => {
        calls += 1;
      },
    });
    const film = aFilm(1);

    await put(store, film);
    await store.drop([film.fileId]);

    expect(calls).toBe(0);
  });
});

const aTerm = (epoch: number) => ({ clusterId: clusterId('aa'.repeat(16)), epoch, commit: epoch });

/** Syncs for real, but for the nth call from now on. */
function failingDisk() {
  let left = Number.POSITIVE_INFINITY;
  return {
    failAt(nth: number) {
      left = nth;
    },
    async fsync(fd: number) {
      left -= 1;
      if (left === 0) throw inputOutputError();
      fsyncSync(fd);
    },
  };
}

const inputOutputError = () =>
  Object.assign(new Error('EIO: i/o error, fsync'), { code: 'EIO', syscall: 'fsync' });
