import { mkdir, readdir, stat } from 'node:fs/promises';
import { setTimeout as pass } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { countInLog } from './master-log.js';
import { clip, makeFilm, Rig, sha256 } from './rig.js';
import { expectSound, type Films } from './sound-cluster.js';
import { tell } from './tell.js';

const isLong = process.env['REELKEEP_LONG'] === '1';
const filmBytes = 128 * 1024;
const films = 100;
const rounds = 10;
const masterPauseMs = isLong ? 30_000 : 6_000;

describe('a process that is stopped and goes on', () => {
  it('S27, S30, L6: as a keeper, ten times in turn, leaves two to four replicas of each file, and three', {
    timeout: 300_000,
  }, async () => {
    const rig = await Rig.start({
      keepers: 5,
      masterArgs: ['--suspect-after', '1s', '--lost-after', '2500ms'],
    });
    const sums = await putFilms(rig);
    const watch = new DiskWatch(rig);

    for (let round = 0; round < rounds; round += 1) {
      const keeper = rig.keeperNames[round % rig.keeperNames.length] ?? '';
      const { pid } = rig.server(keeper);
      process.kill(pid, 'SIGSTOP');
      await rig.until('it is lost', async () => (await rig.keeperStates())[keeper] === 'lost');
      process.kill(pid, 'SIGCONT');
      await rig.until('it is back', async () => (await rig.keeperStates())[keeper] === 'alive');
    }
    await rig.healthy();
    const { fewest, most, looks } = await watch.end();

    expect(fewest).toBeGreaterThanOrEqual(2);
    expect(most).toBeLessThanOrEqual(4);
    expect(await rig.status()).toMatchObject({ surplus: 0, belowTarget: 0, missing: 0 });
    await expectSound(rig, sums);
    const copies = await countInLog(rig, 'copy ordered');
    tell(
      `${rounds} pauses of keepers, ${films} files: ${fewest} to ${most} replicas on the disks in ` +
        `${looks} looks, ${copies} copies ordered in all (${films * 2} at first)`,
    );
  });

  it('S34, L8: as the master, orders no copy and loses nobody, and clients get through afterwards', {
    timeout: 180_000,
  }, async () => {
    const rig = await Rig.start({
      keepers: 4,
      masterArgs: ['--suspect-after', '1s', '--lost-after', '3s'],
    });
    const sums = await putFilms(rig);
    const { pid } = rig.server('master');
    const before = await countInLog(rig, 'copy ordered');
    const watch = new DiskWatch(rig);

    process.kill(pid, 'SIGSTOP');
    const get = rig.startClient('get', '0.mp4', '-o', rig.path('back.mp4'));
    await pass(masterPauseMs);
    process.kill(pid, 'SIGCONT');
    const { code } = await get.ended;
    await rig.succeed('put', clip, '--as', 'afterwards.mp4', '--acks', '3');
    await rig.healthy();
    const { most, looks } = await watch.end();
    const copies = (await countInLog(rig, 'copy ordered')) - before;
    const lost = await countInLog(rig, '"state":"lost"');

    // Two of the file that was stored afterwards.
    expect({ copies, lost, most }).toEqual({ copies: 2, lost: 0, most: 3 });
    expect(code === 0 || code === 5).toBe(true);
    await expectSound(rig, new Map([...sums, ['afterwards.mp4', await sha256(clip)]]));
    tell(
      `the master stopped for ${masterPauseMs / 1000} s: ${copies - 2} copies of what was there, ` +
        `${lost} keepers lost, ${most} replicas at most in ${looks} looks, get exits ${code}`,
    );
  });
});

/** A hundred small films, each with its replicas; their sums by name. */
async function putFilms(rig: Rig): Promise<Films> {
  const directory = rig.path('films');
  await mkdir(directory);
  const sums = new Map<string, string>();
  for (let index = 0; index < films; index += 1) {
    const path = await makeFilm(`${directory}/${index}.mp4`, filmBytes, index);
    sums.set(`${index}.mp4`, await sha256(path));
  }
  await rig.succeed('put', directory);
  await rig.healthy();
  return sums;
}

/** Looks at the disks again and again, from now on: how many whole replicas each file has. */
class DiskWatch {
  readonly #rig: Rig;
  readonly #work: Promise<void>;
  #isOver = false;
  #fewest = Number.POSITIVE_INFINITY;
  #most = 0;
  #looks = 0;

  constructor(rig: Rig) {
    this.#rig = rig;
    this.#work = this.#watch();
  }

  async end() {
    this.#isOver = true;
    await this.#work;
    return { fewest: this.#fewest, most: this.#most, looks: this.#looks };
  }

  async #watch(): Promise<void> {
    while (!this.#isOver) {
      const counts = await this.#look();
      if (counts.length < films) continue;
      this.#looks += 1;
      this.#fewest = Math.min(this.#fewest, ...counts);
      this.#most = Math.max(this.#most, ...counts);
    }
  }

  async #look(): Promise<readonly number[]> {
    const counts = new Map<string, number>();
    for (const keeper of this.#rig.keeperNames) {
      const names = await readdir(this.#rig.path(keeper, 'objects'), { recursive: true });
      for (const name of names.filter((each) => each.endsWith('.mp4'))) {
        const size = await sizeOf(this.#rig.path(keeper, 'objects', name));
        if (size === filmBytes) counts.set(name, (counts.get(name) ?? 0) + 1);
      }
    }
    return [...counts.values()];
  }
}

/** Undefined when it was removed since it was listed. */
async function sizeOf(path: string): Promise<number | undefined> {
  return (await stat(path).catch(() => undefined))?.size;
}
