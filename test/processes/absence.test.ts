import { readdir } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { makeFilm, mebibytes, Rig, sha256 } from './rig.js';
import { expectSound } from './sound-cluster.js';
import { tell } from './tell.js';

describe('a keeper that is away while its file is removed and its name used again', () => {
  it('S35, S37: never shows the old bytes, and loses them when it is back, also under a new master', {
    timeout: 120_000,
  }, async () => {
    const rig = await Rig.start({ keepers: 3 });
    const old = await makeFilm(rig.path('old.mp4'), mebibytes(9), 1);
    const film = await makeFilm(rig.path('new.mp4'), mebibytes(9), 2);
    const sum = await sha256(film);
    await rig.succeed('put', old, '--as', 'a.mp4');
    await rig.healthy();
    const { fileId } = await rig.stat('a.mp4');
    await rig.kill('k3');
    await rig.succeed('rm', 'a.mp4');
    await rig.succeed('put', film, '--as', 'a.mp4');

    const watch = new Watch(rig);
    await rig.kill('master');
    await rig.startMaster();
    await rig.startKeeper('k3');
    await rig.until('the old bytes are off its disk', async () => {
      const names = await readdir(rig.path('k3'), { recursive: true });
      return names.every((name) => !name.includes(fileId));
    });
    await rig.healthy();
    const { sums, idsSeen } = await watch.end();

    expect([...sums]).toEqual([sum]);
    expect(idsSeen).not.toContain(fileId);
    await expectSound(rig, new Map([['a.mp4', sum]]));
    tell(`${watch.gets} downloads and ${watch.stats} looks meanwhile, the old bytes in none`);
  });
});

/** Fetches the name and asks for it again and again, from now on. */
class Watch {
  gets = 0;
  stats = 0;
  readonly #rig: Rig;
  readonly #sums = new Set<string>();
  readonly #idsSeen = new Set<string>();
  readonly #work: Promise<unknown>;
  #isOver = false;

  constructor(rig: Rig) {
    this.#rig = rig;
    this.#work = Promise.all([this.#fetch(), this.#look()]);
  }

  async end() {
    this.#isOver = true;
    await this.#work;
    return { sums: this.#sums, idsSeen: [...this.#idsSeen] };
  }

  async #fetch(): Promise<void> {
    const to = this.#rig.path('seen.mp4');
    while (!this.#isOver) {
      const { code } = await this.#rig.client('get', 'a.mp4', '-o', to, '--replace');
      if (code !== 0) continue;
      this.gets += 1;
      this.#sums.add(await sha256(to));
    }
  }

  async #look(): Promise<void> {
    while (!this.#isOver) {
      const { code, stdout } = await this.#rig.client('--json', 'stat', 'a.mp4');
      if (code !== 0) continue;
      this.stats += 1;
      this.#idsSeen.add((JSON.parse(stdout) as { fileId: string }).fileId);
    }
  }
}
