import { cp, readdir, rename, rm, stat, truncate } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { type FileJson, makeFilm, mebibytes, Rig, sha256 } from './rig.js';

/** Short, so that a start that waits for all who may come does not wait for long. */
const masterArgs = ['--suspect-after', '2s', '--lost-after', '4s'];
const rebuild = [...masterArgs, '--rebuild'];

describe('a master whose table is made again from what keepers hold', () => {
  it.each([
    ['its directory is gone', (rig: Rig) => rm(rig.path('master'), { recursive: true })],
    ['its table is cut', (rig: Rig) => truncate(rig.path('master', 'table.mdb'), 5_000)],
    ['a copy older than the last files is in its place', putOlderBack],
  ])('S1, S35, S39: knows every file as before when %s, and no deleted one', {
    timeout: 240_000,
  }, async (_, lose) => {
    const rig = await Rig.start({ keepers: 3, masterArgs });
    const expected = await fill(rig);
    await rig.kill('master');
    await lose(rig);

    await rig.startMaster(rebuild);
    await rig.until('it serves', async () => (await rig.status())['mode'] === 'serving');
    await rig.healthy();

    expect(await filesOf(rig)).toEqual(expected);
    expect(await rig.succeed('fsck')).toBe('');
    await worksAsEver(rig, Object.keys(expected));
    await rig.server('master').end('SIGTERM');
    await rig.startMaster();
    await rig.healthy();
    expect(await filesOf(rig)).toMatchObject(without(expected, 'films/0.mp4'));
    await rig.server('master').end('SIGTERM');
    await rig.startMaster(rebuild);
    await rig.healthy();
    expect(await filesOf(rig)).toMatchObject(without(expected, 'films/0.mp4'));
  });

  it('takes a keeper in that comes back later: what only it has is a file again, what was deleted is gone', {
    timeout: 240_000,
  }, async () => {
    const rig = await Rig.start({ keepers: 4, masterArgs });
    const names = ['kept.mp4', 'deleted.mp4'];
    for (const [tint, name] of names.entries())
      await rig.succeed('put', await makeFilm(rig.path(name), mebibytes(1), tint), '--target', '4');
    await rig.healthy();
    for (const name of ['k1', 'k2', 'k3']) await rig.kill(name);
    await rig.succeed('put', await makeFilm(rig.path('only.mp4'), mebibytes(1), 7), '--target', '1');
    const only = await rig.stat('only.mp4');
    await rig.kill('k4');
    await Promise.all(['k1', 'k2', 'k3'].map((name) => rig.startKeeper(name)));
    await rig.until('three are alive', async () => (await rig.status())['keepers'] !== undefined);
    const { fileId } = await rig.stat('deleted.mp4');
    await rig.succeed('rm', 'deleted.mp4');
    const holds = async (keeper: string) =>
      (await readdir(rig.path(keeper, 'objects'), { recursive: true })).some((path) =>
        path.endsWith(`${fileId}.mp4`),
      );
    await rig.until('three have deleted it', async () => {
      const held = await Promise.all(['k1', 'k2', 'k3'].map(holds));
      return !held.includes(true);
    });
    await rig.kill('master');
    await rm(rig.path('master'), { recursive: true });

    await rig.startMaster(rebuild);
    await rig.until('it serves', async () => (await rig.status())['mode'] === 'serving');
    expect(await namesOf(rig)).toEqual(['kept.mp4']);
    await rig.server('master').end('SIGTERM');
    await rig.startMaster();
    await rig.startKeeper('k4');
    await rig.until('the file is back', async () => (await namesOf(rig)).includes('only.mp4'));
    await rig.healthy();

    expect(await namesOf(rig)).toEqual(['kept.mp4', 'only.mp4']);
    expect(asCreated(await rig.stat('only.mp4'))).toEqual(asCreated(only));
    await rig.until('the deleted one is off its disk', async () => !(await holds('k4')));
  });

  it('reads everything again when one disk of three is all that is left', {
    timeout: 180_000,
  }, async () => {
    const rig = await Rig.start({ keepers: 3, masterArgs });
    const expected = await fill(rig);
    for (const name of ['master', 'k2', 'k3']) {
      await rig.kill(name);
      await rm(rig.path(name), { recursive: true });
    }

    await rig.startMaster(rebuild);
    await rig.until('it serves', async () => (await rig.status())['mode'] === 'serving');

    for (const [name, { digest, sha }] of Object.entries(expected)) {
      await rig.succeed('get', name, '-o', rig.path('back.mp4'), '--replace');
      expect([(await rig.stat(name)).digest, await sha256(rig.path('back.mp4'))]).toEqual([
        digest,
        sha,
      ]);
    }
  });

  it('S26: tells what to do when too many of its keepers are gone, and serves when they are retired', {
    timeout: 180_000,
  }, async () => {
    const rig = await Rig.start({ keepers: 4, masterArgs });
    await rig.succeed('put', await makeFilm(rig.path('a.mp4'), mebibytes(1)), '--target', '4');
    await rig.healthy();
    for (const name of ['master', 'k2', 'k3', 'k4']) await rig.kill(name);

    await rig.startMaster(rebuild);
    await rig.until('it is in safe mode', async () => (await rig.status())['mode'] === 'safe mode');
    expect((await rig.status())['modeReason']).toContain('retire those');
    await rig.until('they are lost', async () => {
      const states = await rig.keeperStates();
      return ['k2', 'k3', 'k4'].every((name) => states[name] === 'lost');
    });
    for (const name of ['k2', 'k3', 'k4']) await rig.succeed('keepers', 'retire', name);

    await rig.until('it serves', async () => (await rig.status())['mode'] === 'serving');
  });

  it('keeps what an upload has brought to a disk when the table is lost before its end', {
    timeout: 180_000,
  }, async () => {
    const rig = await Rig.start({ keepers: 3, masterArgs });
    const films = Array.from({ length: 6 }, (_, index) => `f${index}.mp4`);
    for (const [tint, name] of films.entries())
      await makeFilm(rig.path(name), mebibytes(40), tint);
    const puts = films.map((name) => rig.startClient('put', rig.path(name)));
    await rig.until('bytes have come', async () => (await rig.staged()).length > 0);
    await rig.until('one is there', async () => (await namesOf(rig)).length > 0);
    await rig.kill('master');
    await rm(rig.path('master'), { recursive: true });

    await rig.startMaster(rebuild);
    const runs = await Promise.all(puts.map((put) => put.ended));
    await rig.healthy();

    const acked = films.filter((_, index) => runs[index]?.code === 0);
    expect(await namesOf(rig)).toEqual(expect.arrayContaining(acked));
    for (const name of acked) {
      await rig.succeed('get', name, '-o', rig.path('back.mp4'), '--replace');
      expect(await sha256(rig.path('back.mp4'))).toBe(await sha256(rig.path(name)));
    }
  });
});

type Expected = Readonly<Record<string, Pick<FileJson, 'fileId' | 'digest'> & { sha: string }>>;

/** 25 files in folders; some are removed, one is renamed, one replaced. */
async function fill(rig: Rig): Promise<Expected> {
  const put = async (name: string, tint: number, ...more: readonly string[]) => {
    const film = await makeFilm(rig.path('film.mp4'), mebibytes(1) + tint * 512, tint);
    await rig.succeed('put', film, '--as', name, ...more);
  };
  for (let index = 0; index < 20; index += 1) await put(`films/${index}.mp4`, index);
  await rig.healthy();
  await cp(rig.path('master'), rig.path('older'), { recursive: true });
  for (let index = 20; index < 25; index += 1) await put(`later/${index}.mp4`, index);
  await put('films/4.mp4', 30, '--replace', '--target', '2');
  await rig.succeed('rm', 'films/1.mp4', 'films/2.mp4', 'later/20.mp4');
  await rig.healthy();
  await rig.until('nothing is due', async () => (await rig.status())['deletionsDue'] === 0);
  const files = await filesOf(rig);
  // The table alone knows of it: the name of the upload comes back.
  await rig.succeed('mv', 'films/3.mp4', 'films/three.mp4');
  return files;
}

async function putOlderBack(rig: Rig): Promise<void> {
  await rm(rig.path('master'), { recursive: true });
  await rename(rig.path('older'), rig.path('master'));
}

async function filesOf(rig: Rig): Promise<Expected> {
  const files: Record<string, Expected[string]> = {};
  for (const name of await namesOf(rig)) {
    const file = await rig.stat(name);
    const [replica] = file.replicas;
    if (replica === undefined) throw new Error(`${name} has no replica`);
    files[name] = { ...asCreated(file), sha: await sha256(rig.replicaFile(replica)) };
  }
  return files;
}

/** What a manifest says, and that there are as many live replicas as there should be. */
const asCreated = ({ replicas, ...file }: FileJson) => ({
  ...file,
  live: replicas.filter(({ state }) => state === 'live').length,
});

async function namesOf(rig: Rig): Promise<readonly string[]> {
  return (await rig.succeed('ls')).split('\n').filter((name) => name !== '');
}

const without = (files: Expected, name: string): Expected =>
  Object.fromEntries(Object.entries(files).filter(([other]) => other !== name));

/** A file more, one less, on the disks too, and every one is read. */
async function worksAsEver(rig: Rig, names: readonly string[]): Promise<void> {
  const film = await makeFilm(rig.path('new.mp4'), mebibytes(2), 99);
  await rig.succeed('put', film);
  await rig.healthy();
  await rig.succeed('get', 'new.mp4', '-o', rig.path('back.mp4'), '--replace');
  expect(await sha256(rig.path('back.mp4'))).toBe(await sha256(film));
  const { replicas } = await rig.stat('films/0.mp4');
  await rig.succeed('rm', 'films/0.mp4', 'new.mp4');
  await rig.until('it is off the disks', async () => {
    const found = replicas.map((replica) => stat(rig.replicaFile(replica)).catch(() => undefined));
    return (await Promise.all(found)).every((file) => file === undefined);
  });
  for (const name of names.filter((other) => other !== 'films/0.mp4'))
    await rig.succeed('get', name, '-o', rig.path('back.mp4'), '--replace');
}
