import { randomBytes } from 'node:crypto';
import {
  readdir,
  readFile,
  rename,
  rm,
  symlink,
  truncate,
  unlink,
  writeFile,
} from 'node:fs/promises';
import { join } from 'node:path';
import { Blake3Hasher } from '@napi-rs/blake-hash';
import { describe, expect, it, vi } from 'vitest';
import { chunkBytes } from '../../src/domain/chunk-plan.js';
import { blake3, digestOf } from '../../src/storage/blake3.js';
import {
  aFilm,
  aLongFilm,
  bytesIn,
  chunksOf,
  createBench,
  filesBelow,
  flipByte,
  listAll,
  objectPath,
  put,
} from './a-store.js';

const bench = createBench();

describe('verify', () => {
  it('finds a replica sound that is as the master says', async () => {
    const { store } = await bench.openNew();
    const film = aLongFilm(1);
    await put(store, film);

    expect(await store.verify(film.fileId, film)).toEqual({ outcome: 'sound' });
  });

  it.each([1, 3 * chunkBytes + 5])(
    'answers a challenge with what only all %i bytes can tell',
    async (size) => {
      const { store } = await bench.openNew();
      const film = aFilm(1, size);
      await put(store, film);
      const challenge = randomBytes(32);

      const found = await store.verify(film.fileId, film, { challenge });

      const keyed = (bytes: Uint8Array): Buffer =>
        Blake3Hasher.newKeyed(challenge).update(bytes).digestBuffer();
      const proof = digestOf(blake3(Buffer.concat(chunksOf(film.bytes).map(keyed))));
      expect(found).toEqual({ outcome: 'sound', proof });
    },
  );

  it('judges by the digest of the master, not by the manifest beside the bytes', async () => {
    const { root, store } = await bench.openNew();
    const [film, other] = [aFilm(1), aFilm(1, 1000, 99)];
    await put(store, other);

    const verdict = await store.verify(film.fileId, film);

    expect(verdict).toEqual({
      outcome: 'quarantined',
      reason: 'its bytes do not match their digest',
    });
    expect(await filesBelow(root)).toEqual([
      `quarantine/${film.fileId}.manifest`,
      `quarantine/${film.fileId}.mp4`,
    ]);
  });

  it.each([0, chunkBytes + 5, 2 * chunkBytes + 16])(
    'finds a bit that flipped at byte %i',
    async (at) => {
      const { root, store } = await bench.openNew();
      const film = aLongFilm(1);
      await put(store, film);
      const path = objectPath(root, film.fileId, 'mp4');
      await writeFile(path, await flipByte(path, at));

      expect(await store.verify(film.fileId, film)).toMatchObject({ outcome: 'quarantined' });
      expect((await store.space()).usedBytes).toBe(0);
      await expect(store.openReplica(film.fileId)).rejects.toMatchObject({ code: 'not-found' });
    },
  );

  it('finds a replica that lost its end', async () => {
    const { root, store } = await bench.openNew();
    const film = aLongFilm(1);
    await put(store, film);
    await truncate(objectPath(root, film.fileId, 'mp4'), chunkBytes);

    expect(await store.verify(film.fileId, film)).toEqual({
      outcome: 'quarantined',
      reason: `it has ${chunkBytes} bytes, not ${film.size}`,
    });
  });

  it.each([
    ['missing', (path: string) => rm(path), 'its manifest is missing'],
    ['cut short', (path: string) => truncate(path, 40), 'the manifest is too short'],
    ['a link', linkToCopy, 'the manifest is a link'],
  ])('takes a replica whose manifest is %s for a bad one', async (_, damage, reason) => {
    const { root, store } = await bench.openNew();
    const film = aFilm(1);
    await put(store, film);
    await damage(objectPath(root, film.fileId, 'manifest'));

    await expect(store.openReplica(film.fileId)).rejects.toMatchObject({ code: 'integrity' });
    expect(await store.verify(film.fileId, film)).toEqual({ outcome: 'quarantined', reason });
  });

  it('takes a replica with the manifest of another file for a bad one', async () => {
    const { root, store } = await bench.openNew();
    const [film, other] = [aFilm(1), aFilm(2)];
    await put(store, film);
    await put(store, other);
    const foreign = await readFile(objectPath(root, other.fileId, 'manifest'));
    await writeFile(objectPath(root, film.fileId, 'manifest'), foreign);

    expect(await store.verify(film.fileId, film)).toEqual({
      outcome: 'quarantined',
      reason: 'the manifest is of another file',
    });
  });

  it('leaves the store without the replica that it set aside', async () => {
    const { root, store } = await bench.openNew();
    const film = aFilm(1);
    await put(store, film);
    await truncate(objectPath(root, film.fileId, 'mp4'), 1);

    const before = await store.holds(film.fileId);
    await store.verify(film.fileId, film);

    expect([before, await store.holds(film.fileId)]).toEqual([true, false]);
  });

  it('finds nothing absent in a root that is not there', async () => {
    const { root, store } = await bench.openNew();
    const film = aFilm(1);
    await put(store, film);
    await rename(join(root, 'objects'), join(root, 'objects.away'));

    expect(await store.verify(film.fileId, film)).toMatchObject({ outcome: 'unknown' });
    expect(await store.drop([film.fileId])).toMatchObject({
      dropped: [],
      failed: [{ fileId: film.fileId }],
    });
    expect(await listAll(store)).toEqual({ entries: [], complete: false });
  });

  it('finds a replica absent that is not there, and says of one set aside that it is', async () => {
    const { root, store } = await bench.openNew();
    const [film, never] = [aFilm(1), aFilm(2)];
    await put(store, film);
    await truncate(objectPath(root, film.fileId, 'mp4'), 1);
    await store.verify(film.fileId, film);

    expect(await store.verify(never.fileId, never)).toEqual({ outcome: 'absent' });
    expect(await store.verify(film.fileId, film)).toEqual({
      outcome: 'quarantined',
      reason: 'it was set aside before',
    });
  });

  it('sets a manifest aside whose data is missing', async () => {
    const { root, store } = await bench.openNew();
    const film = aFilm(1);
    await put(store, film);
    await unlink(objectPath(root, film.fileId, 'mp4'));

    expect(await store.verify(film.fileId, film)).toEqual({
      outcome: 'quarantined',
      reason: 'its data is missing',
    });
    expect(await readdir(join(root, 'objects', film.fileId.slice(0, 2)))).toEqual([]);
  });

  it('does not touch a good replica that came while the bad one was being read', async () => {
    const { root, store } = await bench.openNew();
    const film = aLongFilm(1);
    await put(store, film);
    const path = objectPath(root, film.fileId, 'mp4');
    await writeFile(path, await flipByte(path, 3));
    await writeFile(join(root, 'good'), film.bytes);
    const hashFile = bench.pool.hashFile.bind(bench.pool);
    vi.spyOn(bench.pool, 'hashFile').mockImplementationOnce(async (...args) => {
      const hashed = await hashFile(...args);
      await rename(join(root, 'good'), path);
      return hashed;
    });

    const verdict = await store.verify(film.fileId, film);

    expect(verdict).toEqual({ outcome: 'unknown', reason: 'it changed while it was being read' });
    expect((await bytesIn(store, film.fileId)).equals(film.bytes)).toBe(true);
  });
});

async function linkToCopy(path: string): Promise<void> {
  await rename(path, `${path}.copy`);
  await symlink(`${path}.copy`, path);
}
