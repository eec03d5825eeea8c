import { link, mkdir, readFile, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  aFilm,
  bytesIn,
  createBench,
  type Film,
  filesBelow,
  listAll,
  objectPath,
  put,
  type StepName,
  soundEntry,
} from './a-store.js';

const bench = createBench();

describe('a store that opens after a crash', () => {
  it.each<StepName>(['receive', 'syncData', 'writeManifest', 'syncManifest'])(
    'has forgotten a replica that was staged up to %s',
    async (until) => {
      const { kept, root, store } = await afterCrash((film) => leave(film, until));

      expect(await filesBelow(join(root, 'staging'))).toEqual([]);
      expect(await listAll(store)).toEqual({ entries: [soundEntry(kept)], complete: true });
      expect((await store.space()).usedBytes).toBe(kept.size);
    },
  );

  it('has removed data that was published without its manifest', async () => {
    const { film, root, store } = await afterCrash(async (lost, crashed) => {
      const files = await leave(lost, 'syncManifest');
      await write(objectPath(crashed, lost.fileId, 'mp4'), files.data);
      return { manifest: files.manifest };
    });

    expect(store.recovered).toMatchObject({ removed: [film.fileId], quarantined: [], replicas: 1 });
    expect(await filesBelow(join(root, 'staging'))).toEqual([]);
    await expect(store.openReplica(film.fileId)).rejects.toMatchObject({ code: 'not-found' });
  });

  it('has removed a manifest that was published without its data', async () => {
    const { film, kept, store } = await afterCrash(async (lost, crashed) => {
      const files = await leave(lost, 'syncManifest');
      await write(objectPath(crashed, lost.fileId, 'manifest'), files.manifest ?? Buffer.alloc(0));
      return { data: files.data };
    });

    expect(store.recovered).toMatchObject({ removed: [film.fileId], quarantined: [] });
    expect(await listAll(store)).toEqual({ entries: [soundEntry(kept)], complete: true });
  });

  it('keeps a replica whose both files were published, whatever stands in staging', async () => {
    const { film, kept, store } = await afterCrash(async (told, crashed) => {
      const files = await leave(told, 'syncManifest');
      await write(objectPath(crashed, told.fileId, 'mp4'), files.data);
      await write(objectPath(crashed, told.fileId, 'manifest'), files.manifest ?? Buffer.alloc(0));
      return files;
    });

    expect(store.recovered).toMatchObject({ removed: [], quarantined: [], replicas: 2 });
    expect((await bytesIn(store, film.fileId)).equals(film.bytes)).toBe(true);
    expect((await store.space()).usedBytes).toBe(film.size + kept.size);
  });

  it.each(['mp4', 'manifest'] as const)(
    'has set aside a lone .%s of which nothing is staged',
    async (ending) => {
      const { root, store } = await bench.openNew();
      const film = aFilm(1);
      await put(store, film);
      await store.close();
      await rm(objectPath(root, film.fileId, ending === 'mp4' ? 'manifest' : 'mp4'));

      const again = await bench.open(root);

      expect(again.recovered).toMatchObject({ removed: [], quarantined: [film.fileId] });
      expect(await filesBelow(root)).toEqual([`quarantine/${film.fileId}.${ending}`]);
      expect((await listAll(again)).entries).toMatchObject([
        { fileId: film.fileId, quarantined: true },
      ]);
      expect((await again.space()).usedBytes).toBe(0);
    },
  );

  it('empties staging of links and strange things without touching what they point to', async () => {
    const { root, store } = await bench.openNew();
    await store.close();
    const victim = join(await bench.directory(), 'victim');
    await writeFile(victim, 'precious');
    await symlink(victim, join(root, 'staging', 'link'));
    await symlink(dirname(victim), join(root, 'staging', 'linked-directory'));
    await mkdir(join(root, 'staging', 'directory'));

    const again = await bench.open(root);

    expect(again.recovered.staged).toBe(3);
    expect(await filesBelow(root)).toEqual([]);
    expect(await readFile(victim, 'utf8')).toBe('precious');
  });

  it('says which directories it could not look into, and leaves them as they are', async () => {
    const { root, store } = await bench.openNew();
    const film = aFilm(1);
    await put(store, film);
    await store.close();
    const bucket = dirname(objectPath(root, film.fileId, 'mp4'));
    await rename(bucket, `${bucket}.away`);
    await symlink(`${bucket}.away`, bucket);

    const again = await bench.open(root);

    expect(again.recovered).toMatchObject({ replicas: 0, unreadable: [bucket] });
    expect(await listAll(again)).toEqual({ entries: [], complete: false });
  });

  it('is not led astray by a second name of a replica', async () => {
    const { root, store } = await bench.openNew();
    const film = aFilm(1);
    await put(store, film);
    await store.close();
    await link(objectPath(root, film.fileId, 'mp4'), join(root, 'objects', '01', 'notes.txt'));

    const again = await bench.open(root);

    expect(await listAll(again)).toEqual({ entries: [soundEntry(film)], complete: true });
  });
});

interface Left {
  readonly data?: Buffer;
  readonly manifest?: Buffer | undefined;
}

/** What is in staging after the step, as a process that died there would leave it. */
async function leave(film: Film, until: StepName): Promise<Left & { readonly data: Buffer }> {
  const { root, store } = await bench.openNew();
  await put(store, film, until);
  const staged = join(root, 'staging', `${film.fileId}.${film.uploadId}`);
  const data = await readFile(staged);
  if (until !== 'writeManifest' && until !== 'syncManifest') return { data };
  return { data, manifest: await readFile(`${staged}.manifest`) };
}

/** A store with one sound replica, opened again over what a crash left of another film. */
async function afterCrash(crash: (film: Film, root: string) => Promise<Left>) {
  const { root, store } = await bench.openNew();
  const kept = aFilm(2, 2000);
  const film = aFilm(1);
  await put(store, kept);
  await store.close();
  const { data, manifest } = await crash(film, root);
  const staged = join(root, 'staging', `${film.fileId}.${film.uploadId}`);
  if (data !== undefined) await write(staged, data);
  if (manifest !== undefined) await write(`${staged}.manifest`, manifest);
  return { root, kept, film, store: await bench.open(root) };
}

async function write(path: string, bytes: Buffer): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, bytes);
}
