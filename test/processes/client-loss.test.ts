import { readdir, stat } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { makeFilm, mebibytes, Rig, sha256 } from './rig.js';

describe('a client that dies', () => {
  it('S14: leaves no half file under the name, and the next one resumes', {
    timeout: 120_000,
  }, async () => {
    const rig = await Rig.start({ keepers: 3 });
    const film = await makeFilm(rig.path('film.mp4'), mebibytes(400));
    await rig.succeed('put', film);
    await rig.healthy();

    const begun = rig.partFile();
    const download = rig.startClient('get', 'film.mp4', '-o', rig.path('back.mp4'));
    const part = await begun;
    await download.kill();
    const left = await readdir(rig.dir);
    await rig.succeed('get', 'film.mp4', '-o', rig.path('back.mp4'));

    expect(left).toContain(part);
    expect(left).not.toContain('back.mp4');
    expect(await sha256(rig.path('back.mp4'))).toBe(await sha256(film));
    expect(await readdir(rig.dir)).not.toContain(part);
  });

  it('L2: gives the name of its upload back', { timeout: 120_000 }, async () => {
    const rig = await Rig.start({ keepers: 3 });
    const film = await makeFilm(rig.path('film.mp4'), mebibytes(600));

    const upload = rig.startClient('put', film);
    await rig.until('bytes have come', async () => (await rig.staged()).length > 0);
    await upload.kill();
    await rig.until('the name is free', async () => (await rig.client('put', film)).code === 0);

    expect(await rig.succeed('ls')).toBe('film.mp4\n');
    await rig.healthy();
    await rig.until('staging is empty', async () => (await rig.staged()).length === 0);
  });
});

describe('a download whose file is removed', () => {
  it('ends, and leaves nothing behind', { timeout: 120_000 }, async () => {
    const rig = await Rig.start({ keepers: 1 });
    const film = await makeFilm(rig.path('film.mp4'), mebibytes(400));
    await rig.succeed('put', film, '--target', '1');

    const begun = rig.partFile();
    const download = rig.startClient('get', 'film.mp4', '-o', rig.path('back.mp4'));
    const part = rig.path(await begun);
    await rig.until('chunks are kept', async () => (await stat(part)).size > mebibytes(8));
    await rig.kill('k1');
    await rig.succeed('rm', 'film.mp4');
    const { code, stderr } = await download.ended;

    expect([code, stderr]).toEqual([3, expect.stringContaining('there is no file "film.mp4"')]);
    expect((await readdir(rig.dir)).filter((name) => name.includes('back.mp4'))).toEqual([]);
  });
});
