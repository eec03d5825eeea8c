/** Where figures are taken: a directory, the memory that is kept warm, how often and how large. */
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { makeFilm, mebibytes } from '../processes/films.js';
import type { Result } from './measurement.js';
import { WarmMemory } from './warm-memory.js';

export interface Scale {
  /** `quick` shows that everything runs, and measures nothing. */
  readonly kind: 'full' | 'quick';
  /** Counted ones; one more before them is not. */
  readonly rounds: number;
  readonly largeBytes: number;
  readonly smallBytes: number;
  readonly smallFiles: number;
  /** In the table of a master that has very many. */
  readonly tableFiles: number;
}

export const fullScale: Scale = {
  kind: 'full',
  rounds: 5,
  largeBytes: mebibytes(1024),
  smallBytes: mebibytes(5),
  smallFiles: 200,
  tableFiles: 1_000_000,
};

/** Enough to see that everything runs and that bytes are right. */
export const quickScale: Scale = {
  kind: 'quick',
  rounds: 1,
  largeBytes: mebibytes(96),
  smallBytes: mebibytes(1),
  smallFiles: 16,
  tableFiles: 500,
};

/** Takes one or a few figures that belong together. */
export interface Figures {
  /** What it gives, in order; known before it runs. */
  readonly names: readonly string[];
  run(stage: Stage): Promise<readonly Result[]>;
}

export class Stage {
  readonly dir: string;
  readonly scale: Scale;
  readonly memory: WarmMemory;
  readonly say: (line: string) => void;
  #large: Promise<string> | undefined;
  #small: Promise<readonly string[]> | undefined;

  static async set(dir: string, scale: Scale, say: (line: string) => void): Promise<Stage> {
    await mkdir(dir, { recursive: true });
    const memory = await WarmMemory.hold(join(dir, 'warm'), 3 * scale.largeBytes);
    return new Stage(dir, scale, memory, say);
  }

  private constructor(dir: string, scale: Scale, memory: WarmMemory, say: (line: string) => void) {
    this.dir = dir;
    this.scale = scale;
    this.memory = memory;
    this.say = say;
  }

  /** A film of `largeBytes`. */
  get large(): Promise<string> {
    this.#large ??= makeFilm(join(this.dir, 'large.mp4'), this.scale.largeBytes);
    return this.#large;
  }

  /** The films of a directory of their own. */
  get small(): Promise<readonly string[]> {
    this.#small ??= this.#makeSmall();
    return this.#small;
  }

  /** Empty, and made anew when it was there. */
  async freshDirectory(name: string): Promise<string> {
    const path = join(this.dir, name);
    await rm(path, { recursive: true, force: true });
    await mkdir(path, { recursive: true });
    return path;
  }

  async clear(): Promise<void> {
    await this.memory.close();
    await rm(this.dir, { recursive: true, force: true });
  }

  async #makeSmall(): Promise<readonly string[]> {
    const dir = await this.freshDirectory('small');
    const { smallFiles, smallBytes } = this.scale;
    const names = Array.from(
      { length: smallFiles },
      (_, at) => `${String(at).padStart(4, '0')}.mp4`,
    );
    for (const [tint, name] of names.entries()) await makeFilm(join(dir, name), smallBytes, tint);
    return names.map((name) => join(dir, name));
  }
}
