import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { SmallDisk } from './disks/small-disk.js';
import { clip, makeFilm, mebibytes, Rig, sha256 } from './rig.js';

describe('a disk that is full', () => {
  it('L13: is told of with exit code 9, keeps what it has, and takes films again when there is room', {
    timeout: 120_000,
  }, async (test) => {
    const disk = await SmallDisk.mount(test, mebibytes(100));
    const rig = await Rig.start({ keepers: 1, dataDirs: new Map([['k1', join(disk.path, 'k1')]]) });
    const film = await makeFilm(rig.path('film.mp4'), mebibytes(40));
    await rig.succeed('put', clip);
    await disk.fillUpTo(0);

    const refused = await rig.client('--quiet', 'put', film);
    await rig.succeed('get', 'clip.mp4', '-o', rig.path('back.mp4'));
    const states = await rig.keeperStates();
    await disk.clear();
    await rig.until('there is room again', async () => (await rig.client('put', film)).code === 0);

    expect(refused).toMatchObject({
      code: 9,
      stderr: expect.stringMatching(/^[^\n]*room[^\n]*\n$/),
    });
    expect(await sha256(rig.path('back.mp4'))).toBe(await sha256(clip));
    expect(states).toEqual({ k1: 'alive' });
    expect(await rig.succeed('ls')).toBe('clip.mp4\nfilm.mp4\n');
    expect(await rig.staged()).toEqual([]);
  });

  it('sends an upload that has begun there to another keeper', {
    timeout: 120_000,
  }, async (test) => {
    const disk = await SmallDisk.mount(test, mebibytes(700));
    const rig = await Rig.start({ keepers: 1, dataDirs: new Map([['k1', join(disk.path, 'k1')]]) });
    const film = await makeFilm(rig.path('film.mp4'), mebibytes(400));

    const upload = rig.startClient('put', film);
    await rig.until('bytes have come', async () => (await rig.staged()).length > 0);
    upload.pause();
    await rig.startKeeper('k2');
    await disk.fillUpTo(mebibytes(36));
    upload.resume();
    const { code } = await upload.ended;

    expect(code).toBe(0);
    const { replicas } = await rig.stat('film.mp4');
    expect(replicas.map(({ keeper }) => keeper)).toEqual(['k2']);
    await rig.until('nothing is left of it', async () => (await rig.staged()).length === 0);
    expect(await rig.keeperStates()).toEqual({ k1: 'alive', k2: 'alive' });
  });

  it('keeps its reserve, and ends an upload into it with exit code 9', {
    timeout: 120_000,
  }, async (test) => {
    const disk = await SmallDisk.mount(test, mebibytes(700));
    const rig = await Rig.start({
      keepers: 1,
      keeperArgs: ['--reserve', '10%'],
      dataDirs: new Map([['k1', join(disk.path, 'k1')]]),
    });
    const film = await makeFilm(rig.path('film.mp4'), mebibytes(400));
    const early = await rig.client('put', await makeFilm(rig.path('large.mp4'), mebibytes(640)));

    const upload = rig.startClient('put', film);
    await rig.until('bytes have come', async () => (await rig.staged()).length > 0);
    upload.pause();
    await disk.fillUpTo(mebibytes(80));
    upload.resume();
    const leastFree = await leastUntil(upload.ended, () => disk.freeBytes());
    const { code } = await upload.ended;

    expect([early.code, code]).toEqual([9, 9]);
    expect(leastFree).toBeGreaterThanOrEqual(mebibytes(70));
    await rig.until('nothing is left of it', async () => (await rig.staged()).length === 0);
    expect(await rig.succeed('ls')).toBe('');
  });

  it('does not keep a keeper from starting, from serving and from deleting', {
    timeout: 120_000,
  }, async (test) => {
    const disk = await SmallDisk.mount(test, mebibytes(60));
    const rig = await Rig.start({ keepers: 1, dataDirs: new Map([['k1', join(disk.path, 'k1')]]) });
    await rig.succeed('put', clip);
    await disk.fillUpTo(0);

    await rig.killAll();
    await rig.startAll();
    await rig.succeed('get', 'clip.mp4', '-o', rig.path('back.mp4'));
    const size = (await stat(rig.path('back.mp4'))).size;
    await rig.succeed('rm', 'clip.mp4');

    expect(size).toBe((await stat(clip)).size);
    await rig.until('its disk is empty', async () => {
      const names = await readdir(rig.data('k1', 'objects'), { recursive: true });
      return names.every((name) => !name.includes('.'));
    });
  });
});

/** The least of what was measured before the work ended. */
async function leastUntil(
  ended: Promise<unknown>,
  measure: () => Promise<number>,
): Promise<number> {
  let least = await measure();
  let isOver = false;
  const note = (): void => {
    isOver = true;
  };
  ended.then(note, note);
  while (!isOver) least = Math.min(least, await measure());
  return least;
}
