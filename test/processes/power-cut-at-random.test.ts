import { mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { seed } from '../seed.js';
import type { FileSystem } from './disks/loop-disk.js';
import { nthChange } from './disks/nth-change.js';
import { PoweredCluster } from './disks/powered-cluster.js';
import { makeFilm, mebibytes, type Rig, sha256 } from './rig.js';

/** Power cuts on each file system. */
const rounds = Number(process.env['REELKEEP_POWER_CUT_ROUNDS'] ?? 2);
/** A round of uploads, copies and deletions makes about so many changes in the keepers' directories. */
const changesMax = 150;
const fileSystems: readonly FileSystem[] = ['ext4', 'xfs'];
const sizes = [mebibytes(1), mebibytes(9) + 5, mebibytes(20)];

describe.each(fileSystems)('a power cut of every node at any instant, on %s', (fileSystem) => {
  it(`S1, S9, S10, S12, S35: leaves each file whole or absent (seed ${seed})`, {
    timeout: 60_000 + rounds * 90_000,
  }, async (test) => {
    const cluster = await PoweredCluster.start(test, fileSystem, { keepers: 3 });
    const { rig } = cluster;
    const films = new Map<string, string>();
    let present: readonly string[] = [];
    for (let round = 0; round < rounds; round += 1) {
      const coming = await makeFilms(rig, round, films);
      const going = present.slice(0, 2);
      const watched = await directoriesOf(rig);
      const count = 1 + (hashOf(seed, round) % changesMax);

      const done = await cluster.cutAt(async () => {
        const work = [
          ...coming.map((name) => ({ name, client: rig.startClient('put', rig.path(name)) })),
          ...going.map((name) => ({ name, client: rig.startClient('rm', name) })),
        ];
        const acked = new Set<string>();
        const ends = work.map(async ({ name, client }) => {
          if ((await client.ended).code === 0) acked.add(name);
        });
        await nthChange(watched, count, Promise.all(ends));
        return { acked: new Set(acked), stop: () => work.map(({ client }) => client.kill()) };
      });
      await Promise.all(done.stop());
      await cluster.powerOn();

      const listed = (await rig.succeed('ls')).split('\n').filter((name) => name !== '');
      const untouched = present.filter((name) => !going.includes(name));
      const ackedPuts = coming.filter((name) => done.acked.has(name));
      const ackedRemovals = going.filter((name) => done.acked.has(name));
      expect(listed).toEqual(expect.arrayContaining([...untouched, ...ackedPuts]));
      expect(listed.filter((name) => ackedRemovals.includes(name))).toEqual([]);
      await expectWhole(rig, listed, films);
      present = listed;
    }
  });
});

/** @param films are told of the new ones: by name, the digest of what each holds */
async function makeFilms(
  rig: Rig,
  round: number,
  films: Map<string, string>,
): Promise<readonly string[]> {
  const names = sizes.map((_, index) => `r${round}-${index}.mp4`);
  for (const [index, name] of names.entries()) {
    const film = await makeFilm(rig.path(name), sizes[index] ?? 0, round);
    films.set(name, await sha256(film));
  }
  return names;
}

/** Those in which keepers make, write and remove files. */
async function directoriesOf(rig: Rig): Promise<readonly string[]> {
  const lists = rig.keeperNames.map(async (keeper) => {
    const objects = rig.data(keeper, 'objects');
    const buckets = (await readdir(objects)).map((name) => join(objects, name));
    return [rig.data(keeper, 'staging'), objects, ...buckets];
  });
  return (await Promise.all(lists)).flat();
}

/** Every file is what it was, nothing is on its way, and nothing is wrong. */
async function expectWhole(
  rig: Rig,
  names: readonly string[],
  films: ReadonlyMap<string, string>,
): Promise<void> {
  const back = rig.path(`back-${names.length}`);
  await mkdir(back, { recursive: true });
  if (names.length > 0) await rig.succeed('get', ...names, '-o', back, '--replace');
  await rig.until('staging is empty', async () => (await rig.staged()).length === 0);

  expect(await Promise.all(names.map((name) => sha256(join(back, name))))).toEqual(
    names.map((name) => films.get(name)),
  );
  expect(await rig.client('fsck')).toMatchObject({ code: 0, stdout: '' });
}

/** The same number for the same seed and round; any number otherwise. */
function hashOf(of: number, round: number): number {
  let mixed = Math.imul((of ^ (round * 0x9e3779b9)) >>> 0, 0x85ebca6b) >>> 0;
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35) >>> 0;
  return (mixed ^ (mixed >>> 16)) >>> 0;
}
