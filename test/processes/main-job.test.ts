import { readdir } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { clip, makeFilm, mebibytes, Rig, sha256 } from './rig.js';

describe('a cluster of real processes', () => {
  it('stores a film on three keepers and gives it back', { timeout: 60_000 }, async () => {
    const rig = await Rig.start({ keepers: 4 });
    const film = await makeFilm(rig.path('film.mp4'), mebibytes(21));
    const original = await sha256(film);

    await rig.succeed('put', film);
    await rig.healthy();
    const file = await rig.stat('film.mp4');
    await rig.succeed('get', 'film.mp4', '-o', rig.path('back.mp4'));

    expect(file.replicas.map((replica) => replica.state)).toEqual(['live', 'live', 'live']);
    for (const replica of file.replicas)
      expect(await sha256(rig.replicaFile(replica))).toBe(original);
    expect(await sha256(rig.path('back.mp4'))).toBe(original);
    expect(file.mp4).toMatchObject({
      faststart: true,
      tracks: [{ type: 'video' }, { type: 'audio' }],
    });
  });

  it('S2: acknowledges at acks 3 only when three keepers hold it', {
    timeout: 60_000,
  }, async () => {
    const rig = await Rig.start({ keepers: 3 });

    const put = await rig.succeed('--json', 'put', clip, '--acks', '3');

    const { replicas } = JSON.parse(put) as { replicas: { keeper: string }[] };
    expect(new Set(replicas.map((replica) => replica.keeper)).size).toBe(3);
  });

  it('S35: takes a removed file off every disk', { timeout: 60_000 }, async () => {
    const rig = await Rig.start({ keepers: 3 });
    await rig.succeed('put', clip);
    await rig.healthy();
    const { replicas } = await rig.stat('clip.mp4');

    await rig.succeed('rm', 'clip.mp4');

    expect((await rig.client('stat', 'clip.mp4')).code).toBe(3);
    await rig.until('the disks are empty', async () => {
      const left = await Promise.all(replicas.map(({ keeper }) => objectsOn(rig, keeper)));
      return left.flat().length === 0;
    });
  });

  it('S35: takes a removed file off the disk of a keeper that was away', {
    timeout: 60_000,
  }, async () => {
    const rig = await Rig.start({ keepers: 3 });
    await rig.succeed('put', clip);
    await rig.healthy();
    await rig.kill('k2');

    await rig.succeed('rm', 'clip.mp4');
    await rig.startKeeper('k2');

    await rig.until('its disk is empty', async () => (await objectsOn(rig, 'k2')).length === 0);
    expect((await rig.client('stat', 'clip.mp4')).code).toBe(3);
  });

  it('swaps a file for another under its name', { timeout: 60_000 }, async () => {
    const rig = await Rig.start({ keepers: 3 });
    const film = await makeFilm(rig.path('film.mp4'), mebibytes(1));
    await rig.succeed('put', clip, '--as', 'a.mp4');

    expect((await rig.client('put', film, '--as', 'a.mp4')).code).toBe(6);
    await rig.succeed('put', film, '--as', 'a.mp4', '--replace');
    await rig.succeed('mv', 'a.mp4', 'b/c.mp4');
    await rig.succeed('get', 'b/c.mp4', '-o', rig.path('back.mp4'));

    expect(await sha256(rig.path('back.mp4'))).toBe(await sha256(film));
    expect(await rig.succeed('ls')).toBe('b/c.mp4\n');
  });
});

async function objectsOn(rig: Rig, keeper: string): Promise<string[]> {
  const names = await readdir(rig.path(keeper, 'objects'), { recursive: true });
  return names.filter((name) => name.endsWith('.mp4'));
}
