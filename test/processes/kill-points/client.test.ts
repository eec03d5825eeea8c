import { mkdir, readdir } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { partPath } from '../../../src/actors/client/part-lock.js';
import { fileId } from '../../../src/domain/ids.js';
import { Line } from '../net/line.js';
import { makeFilm, mebibytes, Rig, sha256 } from '../rig.js';
import { expectSound } from '../sound-cluster.js';
import { skipWithout, tell } from '../tell.js';
import { callThatKilled, straceArgs, straceIsMissing } from './fatal-call.js';
import { fetchingPoints, type Place, sendingPoints } from './points.js';

const filmBytes = mebibytes(25);

describe('a client that is killed', () => {
  it('S14: while it fetches, leaves the whole file or none, and the next one goes on from there', {
    timeout: 180_000,
  }, async ({ skip }) => {
    const { rig, line } = await startOne(skip);
    const film = await makeFilm(rig.path('film.mp4'), filmBytes);
    const sum = await sha256(film);
    await rig.succeed('put', film);
    const id = fileId((await rig.stat('film.mp4')).fileId);

    for (const [index, point] of fetchingPoints.entries()) {
      const directory = rig.path(`back-${index}`);
      await mkdir(directory);
      const target = `${directory}/back.mp4`;
      const places: Partial<Record<Place, string>> = {
        'part file': partPath(target, id),
        'local directory': directory,
      };
      const fatal = { ...point, path: places[point.at] ?? '' };
      const log = rig.path(`back-${index}.strace`);
      const strace = ['strace', ...straceArgs(fatal, log)];
      await rig.startClientThrough(strace, 'get', 'film.mp4', '-o', target).ended;
      const call = callThatKilled(fatal, log);
      const left = await readdir(directory);
      if (left.includes('back.mp4'))
        expect([point.name, await sha256(target)]).toEqual([point.name, sum]);
      const before = line.carried('down');
      await rig.succeed('get', 'film.mp4', '-o', target, '--replace');

      expect([point.name, await readdir(directory)]).toEqual([point.name, ['back.mp4']]);
      expect([point.name, await sha256(target)]).toEqual([point.name, sum]);
      const again = Math.round((line.carried('down') - before) / mebibytes(1));
      if (point.name === 'part file whole, not synced') expect(again).toBe(0);
      tell(
        `get, ${point.name}: killed at ${call}, left ${left.length} names, ${again} of 25 MiB again`,
      );
    }
  });

  it('L2: while it stores, gives the name back, and nothing of it stays', {
    timeout: 180_000,
  }, async ({ skip }) => {
    const { rig } = await startOne(skip);
    const films = new Map<string, string>();

    for (const [index, point] of sendingPoints.entries()) {
      const name = `film-${index}.mp4`;
      const film = await makeFilm(rig.path(name), filmBytes, index);
      const fatal = { ...point, path: film };
      const log = rig.path(`${name}.strace`);
      await rig.startClientThrough(['strace', ...straceArgs(fatal, log)], 'put', film).ended;
      const call = callThatKilled(fatal, log);
      const before = performance.now();
      await rig.until('the name is free', async () => (await rig.client('put', film)).code === 0);
      const seconds = ((performance.now() - before) / 1000).toFixed(1);

      films.set(name, await sha256(film));
      tell(`put, ${point.name}: killed at ${call}, stored anew within ${seconds} s`);
    }

    await expectSound(rig, films);
  });
});

async function startOne(skip: (why: string) => void) {
  skipWithout(straceIsMissing(), skip);
  const line = await Line.open();
  const rig = await Rig.start({
    keepers: 1,
    masterArgs: ['--replicas', '1'],
    keeperArgs: ['--advertise', line.address],
  });
  line.leadTo(rig.server('k1').ready.port);
  return { rig, line };
}
