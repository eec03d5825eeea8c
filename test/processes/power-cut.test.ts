import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { chunkBytes } from '../../src/domain/chunk-plan.js';
import { decodeManifest } from '../../src/domain/manifest.js';
import { blake3 } from '../../src/storage/blake3.js';
import type { FileSystem } from './disks/loop-disk.js';
import { PoweredCluster } from './disks/powered-cluster.js';
import { type FileJson, makeFilm, mebibytes, type Rig, sha256 } from './rig.js';

/** On each file system, each of them with several cuts. */
const rounds = Number(process.env['REELKEEP_POWER_CUT_ROUNDS'] ?? 2);
const fileSystems: readonly FileSystem[] = ['ext4', 'xfs'];
const keepers = 3;
const anyFile = { keepers, masterArgs: ['--accept', 'any'] };

/** The smallest mp4 there is: a brand, and an index of nothing. */
const smallestMp4 = Buffer.from('000000106674797069736f6d00000000000000086d6f6f76', 'hex');
const sizes = [
  0,
  1,
  smallestMp4.length,
  4_097,
  chunkBytes - 1,
  chunkBytes,
  chunkBytes + 1,
  mebibytes(17) + 13,
  mebibytes(64),
];

describe.each(fileSystems)('a power cut of every node, on %s', (fileSystem) => {
  it('S1, S2, S9, S10, S35: loses nothing acknowledged, and brings nothing removed back', {
    timeout: 60_000 + rounds * 90_000,
  }, async (test) => {
    const cluster = await PoweredCluster.start(test, fileSystem, anyFile);
    const { rig } = cluster;
    for (let round = 0; round < rounds; round += 1) {
      const acks = round % 3 === 1 ? keepers : 1;
      const films = await makeFilms(rig, round);

      const stored = await cluster.cutAt(() => putInTurn(rig, films, acks));
      const durable = await countDurable(rig, stored, films);
      await cluster.powerOn();

      expect(durable.filter((count) => count < acks)).toEqual([]);
      await expectAtRest(rig, films);

      await cluster.cutAt(() => rig.succeed('rm', ...films.map(nameOf)));
      await cluster.powerOn();

      await expectEmpty(rig);
      await expectAtRest(rig, []);
    }
  });

  it('takes what was not synced: keepers that never sync lose what they acknowledged', {
    timeout: 60_000,
  }, async (test) => {
    const relaxed = { ...anyFile, keeperArgs: ['--durability', 'relaxed'] };
    const cluster = await PoweredCluster.start(test, fileSystem, relaxed);
    const films = await makeFilms(cluster.rig, 0);

    const stored = await cluster.cutAt(() => putInTurn(cluster.rig, films, 1));

    expect(await countDurable(cluster.rig, stored, films)).toEqual(films.map(() => 0));
  });
});

/** One file of each size, in each round another one last and other bytes in all of them. */
async function makeFilms(rig: Rig, round: number): Promise<readonly string[]> {
  const first = (round * 4) % sizes.length;
  const films: string[] = [];
  await rm(rig.path('films'), { recursive: true, force: true });
  await mkdir(rig.path('films'));
  for (const size of [...sizes.slice(first), ...sizes.slice(0, first)]) {
    const path = rig.path('films', `${round}-${size}.mp4`);
    if (size === smallestMp4.length) await writeFile(path, smallestMp4);
    else if (size < mebibytes(1)) await writeFile(path, Buffer.alloc(size, `round ${round} `));
    else await makeFilm(path, size, round);
    films.push(path);
  }
  return films;
}

const nameOf = (film: string): string => basename(film);

/** One after the other, so that the last one was acknowledged just now. */
async function putInTurn(
  rig: Rig,
  films: readonly string[],
  acks: number,
): Promise<readonly FileJson[]> {
  const options = ['--parallel', '1', '--acks', String(acks)];
  const told = await rig.succeed('--json', 'put', ...films, ...options);
  return told
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as FileJson);
}

/** For each film: how many keepers' disks have all of it, as the power cut left them. */
async function countDurable(
  rig: Rig,
  stored: readonly FileJson[],
  films: readonly string[],
): Promise<readonly number[]> {
  const counts = films.map(async (film) => {
    const original = await sha256(film);
    const { fileId } = stored.find(({ name }) => name === nameOf(film)) ?? { fileId: '' };
    const found = await Promise.allSettled(
      rig.keeperNames.map(async (keeper) => {
        const object = rig.data(keeper, 'objects', fileId.slice(0, 2), fileId);
        const manifest = decodeManifest(await readFile(`${object}.manifest`), blake3);
        return manifest.ok && (await sha256(`${object}.mp4`)) === original;
      }),
    );
    return found.filter((look) => look.status === 'fulfilled' && look.value).length;
  });
  return Promise.all(counts);
}

/** The films are there, exactly, and nothing else is; nothing is on its way, and nothing is wrong. */
async function expectAtRest(rig: Rig, films: readonly string[]): Promise<void> {
  const names = films.map(nameOf).sort();
  const back = rig.path('back');
  await rm(back, { recursive: true, force: true });
  await mkdir(back);
  if (films.length > 0) await rig.succeed('get', ...names, '-o', back);
  await rig.until('staging is empty', async () => (await rig.staged()).length === 0);
  const listed = await rig.succeed('ls');

  expect(listed.split('\n').filter((name) => name !== '')).toEqual(names);
  expect(await Promise.all(films.map((film) => sha256(join(back, nameOf(film)))))).toEqual(
    await Promise.all(films.map(sha256)),
  );
  expect(await rig.client('fsck')).toMatchObject({ code: 0, stdout: '' });
}

async function expectEmpty(rig: Rig): Promise<void> {
  await rig.until('the disks are empty', async () => {
    const objects = await Promise.all(
      rig.keeperNames.map((name) => readdir(rig.data(name, 'objects'), { recursive: true })),
    );
    return objects.flat().every((name) => /^[0-9a-f]{2}$/.test(name));
  });
}
