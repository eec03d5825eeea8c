import { readFile, rename, stat, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { chunkBytes } from '../../src/domain/chunk-plan.js';
import { digest } from '../../src/domain/ids.js';
import { blake3 } from '../../src/storage/blake3.js';
import {
  aFilm,
  aLongFilm,
  anId,
  anUpload,
  bytesIn,
  chunksOf,
  createBench,
  fields,
  filesBelow,
  listAll,
  objectPath,
  put,
  receive,
  type StepName,
  shared,
  soundEntry,
  steps,
} from './a-store.js';

const bench = createBench();

describe('a staged replica', () => {
  it('becomes a replica: the bytes as they came, for their owner alone, and a manifest', async () => {
    const { root, store } = await bench.openNew();
    const film = aLongFilm(1);

    const staged = await put(store, film);

    expect(staged.step).toBe('durable');
    const onDisk = await readFile(objectPath(root, film.fileId, 'mp4'));
    expect(onDisk.equals(film.bytes)).toBe(true);
    expect((await stat(objectPath(root, film.fileId, 'mp4'))).mode & 0o777).toBe(0o600);
    expect((await bytesIn(store, film.fileId)).equals(film.bytes)).toBe(true);
    expect(await listAll(store)).toEqual({ entries: [soundEntry(film)], complete: true });
    expect((await store.space()).usedBytes).toBe(film.size);
    expect(await filesBelow(join(root, 'staging'))).toEqual([]);
  });

  it('may be empty', async () => {
    const { store } = await bench.openNew();
    const film = aFilm(1, 0);

    await put(store, film);

    expect(await bytesIn(store, film.fileId)).toEqual(Buffer.alloc(0));
    expect(await store.verify(film.fileId, film)).toEqual({ outcome: 'sound' });
  });

  it('refuses a chunk that does not match its digest, and takes it when it comes again', async () => {
    const { store } = await bench.openNew();
    const film = aFilm(1);
    const staged = await store.stage(film.fileId, film.uploadId, film.size);
    const wrong = Buffer.from(film.bytes);
    wrong[3] = 0;

    const refused = staged.writeChunk(0, shared(wrong), wrong.length, blake3(film.bytes));

    await expect(refused).rejects.toMatchObject({ code: 'integrity' });
    await receive(staged, film.bytes);
    expect(() => staged.checkTotals(film)).not.toThrow();
  });

  it.each([
    ['beyond the last', 3, 17],
    ['before the first', -1, 17],
    ['longer than the last', 2, 18],
    ['shorter than a whole one', 0, 17],
  ])('refuses a chunk %s', async (_, index, length) => {
    const { store } = await bench.openNew();
    const film = aLongFilm(1);
    const staged = await store.stage(film.fileId, film.uploadId, film.size);

    const refused = staged.writeChunk(
      index,
      shared(film.bytes.subarray(0, 20)),
      length,
      Buffer.alloc(32),
    );

    await expect(refused).rejects.toMatchObject({ code: 'usage' });
  });

  it('is not complete while a chunk is missing', async () => {
    const { store } = await bench.openNew();
    const film = aLongFilm(1);
    const staged = await store.stage(film.fileId, film.uploadId, film.size);
    const [first = Buffer.alloc(0)] = chunksOf(film.bytes);
    await staged.writeChunk(0, shared(first), first.length, blake3(first));

    expect(() => staged.checkTotals(film)).toThrow('2 chunks of the file are missing');
  });

  it('is not complete when another digest or size was announced', async () => {
    const { store } = await bench.openNew();
    const film = aFilm(1);
    const staged = await put(store, film, 'receive');

    const other = digest('00'.repeat(32));

    expect(() => staged.checkTotals({ ...film, digest: other })).toThrow(
      'does not match its digest',
    );
    expect(() => staged.checkTotals({ ...film, size: 7 })).toThrow('has 1000 bytes, not 7');
  });

  it('takes no step out of its order', async () => {
    const { store } = await bench.openNew();
    const film = aFilm(1);
    const staged = await store.stage(film.fileId, film.uploadId, film.size);

    await expect(staged.publish()).rejects.toThrow('a staged replica is receiving');
    await receive(staged, film.bytes);
    staged.checkTotals(film);
    await expect(staged.writeManifest(fields)).rejects.toThrow('a staged replica is complete');
  });

  it.each(steps.map(([name]) => name).filter((name) => name !== 'syncDirectory'))(
    'leaves nothing when it is abandoned after %s',
    async (until: StepName) => {
      const { root, store } = await bench.openNew();
      const film = aLongFilm(1);
      const before = await store.space();
      const staged = await put(store, film, until);

      await Promise.all([staged.abandon(), staged.abandon()]);

      expect(await filesBelow(root)).toEqual([]);
      expect((await store.space()).usedBytes).toBe(0);
      expect(before.usedBytes).toBe(0);
      await put(store, film);
      expect(await store.verify(film.fileId, film)).toEqual({ outcome: 'sound' });
    },
  );

  it('waits for a write under way before it is gone', async () => {
    const { root, store } = await bench.openNew();
    const film = aLongFilm(1);
    const staged = await store.stage(film.fileId, film.uploadId, film.size);
    const writing = receive(staged, film.bytes);

    await staged.abandon();

    await writing;
    expect(await filesBelow(root)).toEqual([]);
    await expect(receive(staged, film.bytes)).rejects.toMatchObject({ code: 'unavailable' });
  });

  it('stays when it is abandoned after it became durable', async () => {
    const { store } = await bench.openNew();
    const film = aFilm(1);
    const staged = await put(store, film);

    await staged.abandon();

    expect((await bytesIn(store, film.fileId)).equals(film.bytes)).toBe(true);
  });

  it('is not to be seen before it is durable', async () => {
    const { store } = await bench.openNew();
    const film = aFilm(1);
    await put(store, film, 'publish');

    await expect(store.openReplica(film.fileId)).rejects.toMatchObject({ code: 'not-found' });
    expect(await listAll(store)).toEqual({ entries: [], complete: true });
  });

  it('counts only after a new start when it could not be removed', async () => {
    const { root, store } = await bench.openNew();
    const film = aFilm(1);
    const staged = await put(store, film, 'publish');
    await rename(join(root, 'objects'), join(root, 'away'));
    await expect(staged.syncDirectory()).rejects.toMatchObject({ code: 'unavailable' });
    await expect(staged.abandon()).rejects.toMatchObject({ code: 'unavailable' });
    await rename(join(root, 'away'), join(root, 'objects'));

    const before = await listAll(store);
    await store.close();
    const after = await listAll(await bench.open(root));

    expect(before).toEqual({ entries: [], complete: true });
    expect(after).toEqual({ entries: [soundEntry(film)], complete: true });
  });

  it('is refused while the same file is on its way or here', async () => {
    const { store } = await bench.openNew();
    const film = aFilm(1);
    const staged = await store.stage(film.fileId, film.uploadId, film.size);

    await expect(store.stage(film.fileId, anUpload(9), 1)).rejects.toMatchObject({
      code: 'conflict',
    });
    await staged.abandon();
    await put(store, film);
    await expect(store.stage(film.fileId, film.uploadId, 1)).rejects.toMatchObject({
      code: 'conflict',
    });
  });

  it.each<StepName>(['receive', 'syncManifest', 'publish'])(
    'is begun anew where one that came to %s was given up while its root was away',
    async (until) => {
      const { root, store } = await bench.openNew();
      const film = aFilm(1);
      const staged = await put(store, film, until);
      await rename(root, `${root}.away`);
      await expect(staged.abandon()).rejects.toMatchObject({ code: 'unavailable' });
      await expect(put(store, film)).rejects.toMatchObject({ code: 'unavailable' });
      await rename(`${root}.away`, root);

      await put(store, film);

      expect(await store.verify(film.fileId, film)).toEqual({ outcome: 'sound' });
    },
  );

  it('follows no link that lies where it would be written', async () => {
    const { root, store } = await bench.openNew();
    const film = aFilm(1);
    const victim = join(await bench.directory(), 'victim');
    await writeFile(victim, 'precious');
    await symlink(victim, join(root, 'staging', `${film.fileId}.${film.uploadId}`));

    const staged = await store.stage(film.fileId, film.uploadId, film.size);

    await receive(staged, film.bytes);
    expect(await readFile(victim, 'utf8')).toBe('precious');
  });

  it.each(['../../etc/passwd', 'AB'.repeat(16), '', 'ab'.repeat(15)])(
    'is refused under the id "%s"',
    async (id) => {
      const { store } = await bench.openNew();
      const bad = id as ReturnType<typeof anId>;

      await expect(store.stage(bad, anUpload(1), 1)).rejects.toMatchObject({ code: 'usage' });
      await expect(
        store.stage(anId(1), id as ReturnType<typeof anUpload>, 1),
      ).rejects.toMatchObject({
        code: 'usage',
      });
    },
  );

  it('is refused when it would eat into the reserve, and counts what is promised to others', async () => {
    const { root, store } = await bench.openNew();
    const { freeBytes } = await store.space();
    await store.close();
    const room = 64 * chunkBytes;
    const tight = await bench.open(root, { reserve: { bytes: freeBytes - room } });

    await expect(tight.stage(anId(1), anUpload(1), 2 * room)).rejects.toMatchObject({
      code: 'no-space',
    });
    const first = await tight.stage(anId(1), anUpload(1), room * 0.75);
    await expect(tight.stage(anId(2), anUpload(2), room * 0.75)).rejects.toMatchObject({
      code: 'no-space',
    });
    await first.abandon();

    await expect(tight.stage(anId(2), anUpload(2), room * 0.75)).resolves.toBeDefined();
  });
});
