import { readFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { aFilm, anId, anUpload, createBench, filesBelow, put } from './a-store.js';

const bench = createBench();

describe('a replica that is refused', () => {
  it('is told to be here already where there is no room for it either', async () => {
    const { root, store } = await bench.openNew();
    const film = aFilm(1);
    await put(store, film);
    const { freeBytes } = await store.space();
    await store.close();
    const full = await bench.open(root, { reserve: { bytes: 2 * freeBytes } });

    await expect(full.stage(film.fileId, film.uploadId, film.size)).rejects.toMatchObject({
      code: 'conflict',
    });
    await expect(full.stage(anId(2), anUpload(2), film.size)).rejects.toMatchObject({
      code: 'no-space',
    });
  });

  it('S46: is not published through a link, and what lies behind it is not touched', async () => {
    const { root, store } = await bench.openNew();
    const film = aFilm(1);
    const staged = await put(store, film, 'syncManifest');
    const elsewhere = await bench.directory();
    const victim = join(elsewhere, `${film.fileId}.mp4`);
    await writeFile(victim, 'precious');
    await symlink(elsewhere, join(root, 'objects', film.fileId.slice(0, 2)));

    await expect(staged.publish()).rejects.toMatchObject({ code: 'usage' });
    await staged.abandon();

    expect(await readFile(victim, 'utf8')).toBe('precious');
    expect(await filesBelow(join(root, 'staging'))).toEqual([]);
  });
});
