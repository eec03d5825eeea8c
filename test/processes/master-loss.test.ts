import { cp, readFile, rename, rm } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import type { TableIdentity } from '../../src/domain/table-port.js';
import { LmdbTableStore } from '../../src/storage/lmdb-table-store.js';
import { makeFilm, mebibytes, Rig, sha256 } from './rig.js';

const uploads = Array.from({ length: 6 }, (_, index) => `f${index}.mp4`);

async function identityOf(table: string): Promise<TableIdentity> {
  const store = await LmdbTableStore.open(table);
  await store.close();
  return store.identity;
}

describe('a master that dies', () => {
  it('S1, S12: loses nothing that was acknowledged while uploads ran', {
    timeout: 180_000,
  }, async () => {
    const rig = await Rig.start({ keepers: 3 });
    for (const [index, name] of uploads.entries())
      await makeFilm(rig.path(name), mebibytes(60), index);

    const puts = uploads.map((name) => rig.startClient('put', rig.path(name)));
    await rig.until('bytes have come', async () => (await rig.staged()).length > 0);
    await rig.kill('master');
    await rig.startMaster();
    const runs = await Promise.all(puts.map((put) => put.ended));

    await rig.healthy();
    const listed = (await rig.succeed('ls')).trim().split('\n');
    const acked = uploads.filter((_, index) => runs[index]?.code === 0);
    expect(listed).toEqual(expect.arrayContaining(acked));
    for (const run of runs) expect([0, 5]).toContain(run.code);
    for (const name of listed) {
      const original = await sha256(rig.path(name));
      const { replicas } = await rig.stat(name);
      for (const replica of replicas) expect(await sha256(rig.replicaFile(replica))).toBe(original);
    }
    await rig.until('staging is empty', async () => (await rig.staged()).length === 0);
    expect(Object.values(await rig.keeperStates())).toEqual(['alive', 'alive', 'alive']);
  });

  it('L8: serves again at once, and knows every file', { timeout: 60_000 }, async () => {
    const rig = await Rig.start({ keepers: 3 });
    const film = await makeFilm(rig.path('film.mp4'), mebibytes(9));
    await rig.succeed('put', film);
    await rig.healthy();
    const before = await rig.stat('film.mp4');

    await rig.kill('master');
    await rig.startMaster();
    await rig.succeed('get', 'film.mp4', '-o', rig.path('back.mp4'));
    await rig.healthy();

    expect(await sha256(rig.path('back.mp4'))).toBe(await sha256(film));
    expect(await rig.stat('film.mp4')).toEqual(before);
    expect(await rig.status()).toMatchObject({ epoch: 2, mode: 'serving' });
  });

  it('S26: destroys nothing for a table that is older than what killed keepers had seen', {
    timeout: 120_000,
  }, async () => {
    const rig = await Rig.start({ keepers: 3 });
    await rig.succeed('put', await makeFilm(rig.path('old.mp4'), mebibytes(1)));
    await rig.healthy();
    await cp(rig.path('master'), rig.path('older'), { recursive: true });
    const film = await makeFilm(rig.path('new.mp4'), mebibytes(2), 1);
    await rig.succeed('put', film);
    await rig.healthy();
    const { replicas } = await rig.stat('new.mp4');
    await cp(rig.path('master'), rig.path('newer'), { recursive: true });
    const { commit } = await identityOf(rig.path('newer'));
    await rig.until('each keeper has on its disk what the table has come to', async () => {
      const texts = rig.keeperNames.map((name) => readFile(rig.path(name, 'keeper.json'), 'utf8'));
      return (await Promise.all(texts)).every((text) => JSON.parse(text).highestCommit >= commit);
    });

    for (const name of ['master', ...rig.keeperNames]) await rig.kill(name);
    await rm(rig.path('master'), { recursive: true });
    await rename(rig.path('older'), rig.path('master'));
    await rig.startMaster();
    await Promise.all(rig.keeperNames.map((name) => rig.startKeeper(name)));

    await rig.until('the master trusts its table no more', async () => {
      const { mode, modeReason } = await rig.status();
      return mode === 'safe mode' && String(modeReason).includes('older');
    });
    for (const replica of replicas)
      expect(await sha256(rig.replicaFile(replica))).toBe(await sha256(film));
  });

  it('leaves a download that runs alone', { timeout: 60_000 }, async () => {
    const rig = await Rig.start({ keepers: 3 });
    const film = await makeFilm(rig.path('film.mp4'), mebibytes(300));
    await rig.succeed('put', film);
    await rig.healthy();

    const begun = rig.partFile();
    const download = rig.startClient('get', 'film.mp4', '-o', rig.path('back.mp4'));
    await begun;
    await rig.kill('master');
    const run = await download.ended;

    expect([run.code, await sha256(rig.path('back.mp4'))]).toEqual([0, await sha256(film)]);
  });
});
