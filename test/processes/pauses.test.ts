import { mkdir, readdir, stat } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { countInLog } from './master-log.js';
import { makeFilm, Rig, sha256 } from './rig.js';
import { expectSound, type Films } from './sound-cluster.js';
import { tell } from './tell.js';

const filmBytes = 128 * 1024;
const films = 100;
const rounds = 10;

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
