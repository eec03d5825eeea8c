import { cp, mkdir, readdir, rename, rm, stat, truncate } from 'node:fs/promises';
import { dirname } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type FileJson, makeFilm, mebibytes, Rig, sha256 } from './rig.js';

/** Short, so that a start that waits for all who may come does not wait for long. */
const masterArgs = ['--suspect-after', '2s', '--lost-after', '4s'];
const rebuild = ['--rebuild'];

describe('a master whose table is made again from what keepers hold', () => {
  it.each([
    ['its directory is gone', (rig: Rig) => rm(rig.path('master'), { recursive: true })],
    ['its table is cut', (rig: Rig) => truncate(rig.path('master', 'table.mdb'), 5_000)],
    ['a copy older than the last files is in its place', putOlderBack],
  ])(
    'S1, S35, S39: knows every file as before when %s, and no deleted one',
    {
      timeout: 240_000,
    },
    async (_, lose) => {
      const rig = await Rig.start({ keepers: 3, masterArgs });
      const expected = await fill(rig);
      await rig.kill('master');
      await lose(rig);

      await rig.startMaster(rebuild);
      await serves(rig);
      await rig.healthy();

      expect(await filesOf(rig)).toEqual(expected);
      expect(await rig.succeed('fsck')).toBe('');
      await readAll(rig, expected);
      for (const args of [[], rebuild]) {
        await changes(rig);
        await rig.server('master').end('SIGTERM');
        await rig.startMaster(args);
        await serves(rig);
        await rig.healthy();
        expect(await filesOf(rig)).toEqual(expected);
      }
    },
  );

  it('takes a keeper in that comes back later: what only it has is a file again, what was deleted is gone', {
    timeout: 240_000,
  }, async () => {
    const rig = await Rig.start({ keepers: 4, masterArgs });
    const names = ['kept.mp4', 'deleted.mp4'];
    for (const [tint, name] of names.entries())
      await rig.succeed('put', await makeFilm(rig.path(name), mebibytes(1), tint), '--target', '4');
    await rig.healthy();
    for (const name of ['k1', 'k2', 'k3']) await rig.kill(name);
    await rig.succeed(
      'put',
      await makeFilm(rig.path('only.mp4'), mebibytes(1), 7),
      '--target',
      '1',
    );
    const only = await rig.stat('only.mp4');
    await rig.kill('k4');
    await Promise.all(['k1', 'k2', 'k3'].map((name) => rig.startKeeper(name)));
    const { fileId } = await rig.stat('deleted.mp4');
    await rig.succeed('rm', 'deleted.mp4');
    const holds = async (keeper: string) =>
      (await replicasOn(rig, keeper)).some((path) => path.endsWith(`${fileId}.mp4`));
    await rig.until('three have deleted it', async () => {
      const held = await Promise.all(['k1', 'k2', 'k3'].map(holds));
      return !held.includes(true);
    });
    await rig.kill('master');
    await rm(rig.path('master'), { recursive: true });

    await rig.startMaster(rebuild);
    await serves(rig);
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
    await serves(rig);

    const here = await namesOf(rig);
    expect(here.every((name) => expected[name] !== undefined)).toBe(true);
    expect(here).toHaveLength((await replicasOn(rig, 'k1')).length);
    await readAll(rig, pick(expected, here));
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

    await serves(rig);
  });

  it('keeps what an upload has brought to a disk when the table is lost before its end', {
    timeout: 180_000,
  }, async () => {
    const rig = await Rig.start({ keepers: 3, masterArgs });
    const films = Array.from({ length: 6 }, (_, index) => `f${index}.mp4`);
    for (const [tint, name] of films.entries()) await makeFilm(rig.path(name), mebibytes(20), tint);
    const puts = films.map((name) => rig.startClient('put', rig.path(name)));
    await rig.until('bytes have come', async () => (await rig.staged()).length > 0);
    await rig.until('one is there', async () => (await namesOf(rig)).length > 0);
    await rig.kill('master');
    await rm(rig.path('master'), { recursive: true });

    await rig.startMaster(rebuild);
    const runs = await Promise.all(puts.map((put) => put.ended));
    await rig.healthy();

    const acked = films.filter((_, index) => runs[index]?.code === 0);
    const files = await filesOf(rig);
    for (const name of acked) expect(files[name]?.sha).toBe(await sha256(rig.path(name)));
  });
});

type Expected = Readonly<Record<string, ReturnType<typeof asCreated> & { readonly sha: string }>>;

/** 25 files in folders, of which some are removed, one is replaced, and one is renamed at last. */
async function fill(rig: Rig): Promise<Expected> {
  const make = async (name: string, tint: number): Promise<void> => {
    await mkdir(dirname(rig.path(name)), { recursive: true });
    await makeFilm(rig.path(name), 150_000 + tint * 512, tint);
  };
  for (let index = 0; index < 20; index += 1) await make(`early/films/${index}.mp4`, index);
  for (let index = 20; index < 25; index += 1) await make(`late/films/${index}.mp4`, index);
  await make('replaced/films/4.mp4', 30);
  await rig.succeed('put', rig.path('early'));
  await rig.healthy();
  await cp(rig.path('master'), rig.path('older'), { recursive: true });
  await rig.succeed('put', rig.path('late'));
  await rig.succeed('put', rig.path('replaced'), '--replace', '--target', '2');
  await rig.succeed('rm', 'films/1.mp4', 'films/2.mp4', 'films/20.mp4');
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
  for (const file of await list(rig)) {
    const [replica] = file.replicas;
    if (replica === undefined) throw new Error(`${file.name} has no replica`);
    files[file.name] = { ...asCreated(file), sha: await sha256(rig.replicaFile(replica)) };
  }
  return files;
}

/** What a manifest says, and how many replicas are live. */
const asCreated = ({ replicas, ...file }: FileJson) => ({
  ...file,
  live: replicas.filter(({ state }) => state === 'live').length,
});

async function list(rig: Rig): Promise<readonly FileJson[]> {
  const lines = (await rig.succeed('--json', 'ls')).split('\n').filter((line) => line !== '');
  return lines.map((line) => JSON.parse(line) as FileJson);
}

const namesOf = async (rig: Rig): Promise<readonly string[]> =>
  (await list(rig)).map(({ name }) => name);

/** Names of the mp4 files in the keeper's directory. */
const replicasOn = async (rig: Rig, keeper: string): Promise<readonly string[]> =>
  (await readdir(rig.path(keeper, 'objects'), { recursive: true })).filter((path) =>
    path.endsWith('.mp4'),
  );

const pick = (files: Expected, names: readonly string[]): Expected =>
  Object.fromEntries(Object.entries(files).filter(([name]) => names.includes(name)));

const serves = (rig: Rig): Promise<void> =>
  rig.until('it serves', async () => (await rig.status())['mode'] === 'serving');

/** Every file is read from the keepers, and has the bytes that it had. */
async function readAll(rig: Rig, files: Expected): Promise<void> {
  const names = Object.keys(files);
  await mkdir(rig.path('back'), { recursive: true });
  await rig.succeed('get', ...names, '-o', rig.path('back'), '--replace');
  for (const name of names)
    expect([name, await sha256(rig.path('back', name))]).toEqual([name, files[name]?.sha]);
}

/** A file more and one less, on the disks too. */
async function changes(rig: Rig): Promise<void> {
  const film = await makeFilm(rig.path('new.mp4'), 200_000, 99);
  await rig.succeed('put', film);
  await rig.healthy();
  const { replicas } = await rig.stat('new.mp4');
  await rig.succeed('rm', 'new.mp4');
  await rig.until('it is off the disks', async () => {
    const found = replicas.map((replica) => stat(rig.replicaFile(replica)).catch(() => undefined));
    return (await Promise.all(found)).every((file) => file === undefined);
  });
}
