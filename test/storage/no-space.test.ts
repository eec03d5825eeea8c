import { rename, rm, statfs, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { chunkBytes } from '../../src/domain/chunk-plan.js';
import { clusterId } from '../../src/domain/ids.js';
import { fill, mountSmallDisk, unmount } from './a-small-disk.js';
import { aFilm, createBench, filesBelow, listAll, put, receive, soundEntry } from './a-store.js';

const bench = createBench();
const smallDisk = mountSmallDisk(20 * 1024 * 1024);

describe.skipIf(smallDisk === undefined)('a disk that is full', () => {
  const root = join(smallDisk ?? '', 'data');
  afterAll(() => unmount(smallDisk));

  it('fails the replica that did not fit, and is writable again once there is room', async () => {
    // more than is there is promised, as when something else fills the disk meanwhile
    const store = await bench.open(root, { reserve: { bytes: -64 * chunkBytes } });
    const [kept, large] = [aFilm(1, 2 * chunkBytes), aFilm(2, 4 * chunkBytes)];
    await put(store, kept);
    const staged = await store.stage(large.fileId, large.uploadId, large.size);

    await expect(receive(staged, large.bytes)).rejects.toMatchObject({ code: 'no-space' });
    await staged.abandon();

    expect(store.diskSuspect).toBe(false);
    expect(await listAll(store)).toEqual({ entries: [soundEntry(kept)], complete: true });
    expect(await filesBelow(root)).toHaveLength(2);
    await store.drop([kept.fileId]);
    await put(store, large);
    expect(await store.verify(large.fileId, large)).toEqual({ outcome: 'sound' });
    await store.drop([large.fileId]);
  });

  it('keeps its reserve, though something else fills it while a replica is written', async () => {
    const disk = smallDisk ?? '';
    const reserve = { bytes: 2 * chunkBytes };
    const store = await bench.open(join(disk, 'kept'), { reserve });
    const film = aFilm(3, chunkBytes);
    const staged = await store.stage(film.fileId, film.uploadId, film.size);
    const junk = join(disk, 'junk');
    await writeFile(junk, Buffer.alloc((await freeBytes(disk)) - reserve.bytes - 4096));

    await expect(receive(staged, film.bytes)).rejects.toMatchObject({ code: 'no-space' });

    expect(await freeBytes(disk)).toBeGreaterThanOrEqual(reserve.bytes);
    await rm(junk);
    await receive(staged, film.bytes);
    await store.drop([film.fileId]);
  });

  it('lets a keeper start again', async () => {
    const own = join(smallDisk ?? '', 'again');
    await (await bench.open(own)).close();
    const junk = join(own, 'staging', 'junk');
    await fill(junk);
    await rename(junk, join(smallDisk ?? '', 'junk'));

    const { identity } = await bench.open(own);

    expect(identity.incarnation).toBe(2);
    await rm(join(smallDisk ?? '', 'junk'));
  });

  it('lets a keeper remember new terms all the same, however many', async () => {
    const own = join(smallDisk ?? '', 'own');
    const store = await bench.open(own);
    await store.recordTerm({ clusterId: clusterId('c'.repeat(32)), epoch: 1, commit: 1 });
    await fill(join(own, 'junk'));

    for (const epoch of [2, 3, 4]) {
      await store.recordTerm({ clusterId: clusterId('c'.repeat(32)), epoch, commit: 7 });
      // what the last writing gave back is somebody else's by now
      await fill(join(own, `junk${epoch}`));
    }

    expect(store.identity).toMatchObject({ highestEpoch: 4, highestCommit: 7 });
    await store.close();
    expect((await bench.open(own)).identity).toMatchObject({ incarnation: 2, highestEpoch: 4 });
  });
});

async function freeBytes(disk: string): Promise<number> {
  const { bavail, bsize } = await statfs(disk);
  return bavail * bsize;
}
