import { readdir, readFile, rm } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { clip, flipByte, makeFilm, mebibytes, Rig, sha256 } from './rig.js';

describe('a keeper that dies', () => {
  it('L1, L6: is replaced, and its replicas are surplus when it comes back', {
    timeout: 120_000,
  }, async () => {
    const rig = await Rig.start({ keepers: 4 });
    const film = await makeFilm(rig.path('film.mp4'), mebibytes(17));
    const original = await sha256(film);
    await rig.succeed('put', film);
    await rig.healthy();
    const victim = (await rig.stat('film.mp4')).replicas[0]?.keeper ?? '';

    await rig.kill(victim);
    await rig.until('it is lost', async () => (await rig.keeperStates())[victim] === 'lost');
    await rig.succeed('get', 'film.mp4', '-o', rig.path('meanwhile.mp4'));
    await rig.healthy();
    const healed = await rig.stat('film.mp4');
    await rig.startKeeper(victim);
    await rig.until('four or three replicas are known', async () => {
      const { replicas } = await rig.stat('film.mp4');
      return replicas.length === 3 && replicas.every((replica) => replica.state === 'live');
    });
    await rig.healthy();

    const live = healed.replicas.filter((replica) => replica.state === 'live');
    expect(live.map((replica) => replica.keeper)).not.toContain(victim);
    expect(await sha256(rig.path('meanwhile.mp4'))).toBe(original);
    await rig.until('three files are on disk', async () => (await objectsOf(rig)).length === 3);
  });

  it('S38: is retired by an operator: nothing waits for it, and it is let in no more', {
    timeout: 120_000,
  }, async () => {
    const rig = await Rig.start({ keepers: 4 });
    await rig.succeed('put', clip);
    await rig.healthy();
    const victim = (await rig.stat('clip.mp4')).replicas[0]?.keeper ?? '';
    const early = await rig.client('keepers', 'retire', victim);
    expect([early.code, early.stderr]).toEqual([6, expect.stringContaining('is alive')]);

    await rig.kill(victim);
    await rig.until('it is lost', async () => (await rig.keeperStates())[victim] === 'lost');
    await rig.succeed('rm', 'clip.mp4');
    await rig.until('only the lost keeper owes a deletion', async () => {
      const { deletionsDue } = await rig.status();
      return deletionsDue === 1;
    });
    await rig.succeed('keepers', 'retire', victim);

    expect((await rig.keeperStates())[victim]).toBe('retired');
    await rig.until('nothing is due', async () => (await rig.status())['deletionsDue'] === 0);
    await expect(rig.startKeeper(victim)).rejects.toThrow('ended with exit code 4');
    expect(await readFile(rig.path(`${victim}.log`), 'utf8')).toContain('was retired');
    await rig.kill('master');
    await rig.startMaster();
    await rig.healthy();
    expect((await rig.keeperStates())[victim]).toBe('retired');
  });

  it('S27: leaves three good replicas when it comes back, though one of the others has rotted', {
    timeout: 120_000,
  }, async () => {
    const rig = await Rig.start({ keepers: 4 });
    const film = await makeFilm(rig.path('film.mp4'), mebibytes(17));
    const original = await sha256(film);
    await rig.succeed('put', film);
    await rig.healthy();
    const [victim] = (await rig.stat('film.mp4')).replicas;
    if (victim === undefined) throw new Error('there is a first replica');
    await rig.kill(victim.keeper);
    await rig.until('it is lost', async () => (await rig.keeperStates())[victim.keeper] === 'lost');
    await rig.healthy();
    const staying = (await rig.stat('film.mp4')).replicas.filter(({ state }) => state === 'live');
    const [rotten] = staying;
    if (rotten === undefined) throw new Error('there is a replica that stays');
    await flipByte(rig.replicaFile(rotten), mebibytes(13) + 77);

    await rig.startKeeper(victim.keeper);
    let fewestGood = 4;
    await rig.until('three replicas are known, all of them live', async () => {
      const { replicas } = await rig.stat('film.mp4');
      fewestGood = Math.min(fewestGood, await countGood(rig, victim.path, original));
      return replicas.length === 3 && replicas.every(({ state }) => state === 'live');
    });

    const { replicas } = await rig.stat('film.mp4');
    expect(await Promise.all(replicas.map((replica) => sha256(rig.replicaFile(replica))))).toEqual(
      replicas.map(() => original),
    );
    expect(replicas.map(({ keeper }) => keeper)).toContain(victim.keeper);
    expect(fewestGood).toBe(3);
  });

  it('L3: does not end a download that runs', { timeout: 120_000 }, async () => {
    const rig = await Rig.start({ keepers: 3 });
    const film = await makeFilm(rig.path('film.mp4'), mebibytes(400));
    await rig.succeed('put', film);
    await rig.healthy();

    const begun = rig.partFile();
    const download = rig.startClient('get', 'film.mp4', '-o', rig.path('back.mp4'));
    await begun;
    await rig.kill('k1');

    const run = await download.ended;
    expect([run.code, await sha256(rig.path('back.mp4'))]).toEqual([0, await sha256(film)]);
  });

  it('L7: is of use again when it comes back with an empty disk', {
    timeout: 120_000,
  }, async () => {
    const rig = await Rig.start({ keepers: 3 });
    await rig.succeed('put', clip);
    await rig.healthy();
    await rig.kill('k2');
    await rig.until('it is lost', async () => (await rig.keeperStates())['k2'] === 'lost');
    await rm(rig.path('k2'), { recursive: true });

    await rig.startKeeper('k2');
    await rig.until('three are live', async () => {
      const { replicas } = await rig.stat('clip.mp4');
      return replicas.filter((replica) => replica.state === 'live').length === 3;
    });

    const { replicas } = await rig.stat('clip.mp4');
    for (const replica of replicas)
      expect(await sha256(rig.replicaFile(replica))).toBe(await sha256(clip));
  });

  it('L18: lets a file be stored with fewer keepers than its target', {
    timeout: 60_000,
  }, async () => {
    const rig = await Rig.start({ keepers: 1 });

    await rig.succeed('put', clip);

    expect(await rig.status()).toMatchObject({ files: 1, belowTarget: 1, missing: 0 });
  });
});

/** Keepers whose file at this path is right. */
async function countGood(rig: Rig, path: string, original: string): Promise<number> {
  const found = await Promise.allSettled(
    rig.keeperNames.map((name) => sha256(rig.path(name, path))),
  );
  return found.filter((file) => file.status === 'fulfilled' && file.value === original).length;
}

async function objectsOf(rig: Rig): Promise<string[]> {
  const lists = await Promise.all(
    rig.keeperNames.map((name) => readdir(rig.path(name, 'objects'), { recursive: true })),
  );
  return lists.flat().filter((name) => name.endsWith('.mp4'));
}
