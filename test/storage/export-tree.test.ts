import { mkdir, readFile, stat, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { wallMs } from '../../src/domain/ids.js';
import { exportTree } from '../../src/storage/export-tree.js';
import type { ReplicaStore } from '../../src/storage/replica-store.js';
import {
  aFilm,
  createBench,
  type Film,
  fields,
  filesBelow,
  flipByte,
  objectPath,
  receive,
} from './a-store.js';

const bench = createBench();

describe('exporting a tree', () => {
  it('makes every file stand under its name, sharing its bytes with the keeper', async () => {
    const { root, tree } = await aKeeper({ 'films/a.mp4': aFilm(1), 'b é.mp4': aFilm(2, 0) });

    expect(await exportTree(root, tree)).toEqual({ linked: 2, copied: 0, present: 0, refused: [] });
    expect(await filesBelow(tree)).toEqual(['b é.mp4', 'films/a.mp4']);
    const [exported, kept] = [join(tree, 'films/a.mp4'), objectPath(root, aFilm(1).fileId, 'mp4')];
    expect((await stat(exported)).ino).toBe((await stat(kept)).ino);
  });

  it('changes nothing when it is run again', async () => {
    const { root, tree } = await aKeeper({ 'a.mp4': aFilm(1) });
    await exportTree(root, tree);

    expect(await exportTree(root, tree)).toEqual({ linked: 0, copied: 0, present: 1, refused: [] });
  });

  it('overwrites nothing', async () => {
    const { root, tree } = await aKeeper({ 'a.mp4': aFilm(1) });
    await writeFile(join(tree, 'a.mp4'), 'mine');

    const report = await exportTree(root, tree);

    expect(report.refused).toEqual([{ what: 'a.mp4', reason: 'another file is there' }]);
    expect(await readFile(join(tree, 'a.mp4'), 'utf8')).toBe('mine');
  });

  it('gives a name to the newest of those that had it', async () => {
    const { root, store, tree } = await aKeeper({ 'a.mp4': aFilm(1) });
    await putNamed(store, 'a.mp4', aFilm(2), 9);

    const report = await exportTree(root, tree);

    expect(report.refused).toEqual([
      { what: aFilm(1).fileId, reason: 'a newer file has its name, "a.mp4"' },
    ]);
    expect((await readFile(join(tree, 'a.mp4'))).equals(aFilm(2).bytes)).toBe(true);
  });

  it.each(['../out.mp4', '/out.mp4', 'a/../../out.mp4'])(
    'refuses the name "%s", which no upload could have had',
    async (name) => {
      const { root, tree } = await aKeeper({ [name]: aFilm(1) });

      expect(await exportTree(root, tree)).toMatchObject({
        linked: 0,
        refused: [{ what: aFilm(1).fileId }],
      });
      expect(await filesBelow(tree)).toEqual([]);
    },
  );

  it('is not led out of the tree by a link that stands in it', async () => {
    const { root, tree } = await aKeeper({ 'films/a.mp4': aFilm(1) });
    const outside = await bench.directory();
    await symlink(outside, join(tree, 'films'));

    const report = await exportTree(root, tree);

    expect(report.refused).toEqual([
      { what: 'films/a.mp4', reason: 'a link leads out of the tree' },
    ]);
    expect(await filesBelow(outside)).toEqual([]);
  });

  it('goes on past names that cannot stand beside each other, and past bad replicas', async () => {
    const { root, tree } = await aKeeper({
      a: aFilm(1),
      'a/b': aFilm(2),
      c: aFilm(3),
      d: aFilm(4),
    });
    const manifest = objectPath(root, aFilm(3).fileId, 'manifest');
    await writeFile(manifest, await flipByte(manifest, 50));

    const report = await exportTree(root, tree);

    expect(report).toMatchObject({
      linked: 2,
      refused: [{ what: aFilm(3).fileId }, { what: 'a/b' }],
    });
    expect(await filesBelow(tree)).toEqual(['a', 'd']);
  });

  it('is refused for a directory that is not a keeper’s', async () => {
    const [root, tree] = [await bench.directory(), await bench.directory()];

    await expect(exportTree(root, tree)).rejects.toMatchObject({ code: 'usage' });
  });
});

async function aKeeper(films: Readonly<Record<string, Film>>) {
  const { root, store } = await bench.openNew();
  for (const [name, film] of Object.entries(films)) await putNamed(store, name, film, 1);
  const tree = join(await bench.directory(), 'tree');
  await mkdir(tree);
  return { root, store, tree };
}

async function putNamed(store: ReplicaStore, name: string, film: Film, createdAt: number) {
  const staged = await store.stage(film.fileId, film.uploadId, film.size);
  await receive(staged, film.bytes);
  staged.checkTotals(film);
  await staged.syncData();
  await staged.writeManifest({ ...fields, name, createdAt: wallMs(createdAt) });
  await staged.syncManifest();
  await staged.publish();
  await staged.syncDirectory();
}
