import { readdir } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { type FileJson, flipByte, makeFilm, mebibytes, Rig, sha256 } from './rig.js';

describe('a replica that rots', () => {
  it('S3, S7: gives no wrong byte, is set aside, and is made again on a keeper without one', {
    timeout: 120_000,
  }, async () => {
    const rig = await Rig.start({ keepers: 4 });
    const film = await makeFilm(rig.path('film.mp4'), mebibytes(30));
    const original = await sha256(film);
    await rig.succeed('put', film);
    await rig.healthy();
    const before = await rig.stat('film.mp4');
    const victim = before.replicas[1];
    if (victim === undefined) throw new Error('there is a second replica');
    await flipByte(rig.replicaFile(victim), mebibytes(13) + 77);

    const found = await rig.client('verify', 'film.mp4');
    await rig.succeed('get', 'film.mp4', '-o', rig.path('back.mp4'));
    await rig.until(
      'three are live, elsewhere',
      async () => liveOf(await rig.stat('film.mp4')).length === 3,
    );

    expect(found.stdout).toContain('quarantined');
    expect(await sha256(rig.path('back.mp4'))).toBe(original);
    expect(liveOf(await rig.stat('film.mp4'))).not.toContain(victim.keeper);
  });

  it('L1, L4, L9: is made again where it rotted, when no other keeper could take it', {
    timeout: 120_000,
  }, async () => {
    const rig = await Rig.start({ keepers: 3 });
    const film = await makeFilm(rig.path('film.mp4'), mebibytes(30));
    await rig.succeed('put', film);
    await rig.healthy();
    const [, victim] = (await rig.stat('film.mp4')).replicas;
    if (victim === undefined) throw new Error('there is a second replica');
    const quarantine = rig.path(victim.keeper, 'quarantine');
    await flipByte(rig.replicaFile(victim), mebibytes(13) + 77);

    const found = await rig.client('verify', 'film.mp4');
    await rig.until('three are live', async () => liveOf(await rig.stat('film.mp4')).length === 3);
    await rig.until('nothing is set aside', async () => (await readdir(quarantine)).length === 0);
    const again = await rig.client('verify', 'film.mp4');

    expect(found.stdout).toContain('quarantined');
    expect([again.code, liveOf(await rig.stat('film.mp4')).length]).toEqual([0, 3]);
    expect(await sha256(rig.replicaFile(victim))).toBe(await sha256(film));
    expect(await rig.succeed('fsck')).not.toContain('quarantined');
  });

  it('is found by a download that meets it', { timeout: 120_000 }, async () => {
    const rig = await Rig.start({ keepers: 4 });
    const film = await makeFilm(rig.path('film.mp4'), mebibytes(30));
    await rig.succeed('put', film);
    await rig.healthy();
    const [victim] = (await rig.stat('film.mp4')).replicas;
    if (victim === undefined) throw new Error('there is a first replica');
    for (let chunk = 0; chunk < 7; chunk += 1)
      await flipByte(rig.replicaFile(victim), mebibytes(4 * chunk) + 9);

    await rig.succeed('get', 'film.mp4', '-o', rig.path('back.mp4'));

    expect(await sha256(rig.path('back.mp4'))).toBe(await sha256(film));
    await rig.until('it is live on three others', async () => {
      const live = liveOf(await rig.stat('film.mp4'));
      return live.length === 3 && !live.includes(victim.keeper);
    });
  });
});

const liveOf = (file: FileJson): string[] =>
  file.replicas.filter((replica) => replica.state === 'live').map((replica) => replica.keeper);
