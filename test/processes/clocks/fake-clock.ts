/**
 * The wall clock of one process, set wrong by libfaketime while the process runs. Its monotonic
 * clock stays right, as it does on a machine whose date is changed.
 */
import { existsSync, readdirSync } from 'node:fs';
import { rename, writeFile } from 'node:fs/promises';

const libraryName = 'libfaketimeMT.so.1';

/** So far ahead of the right time, or behind it, as libfaketime writes it. */
export type Shift = '+0' | '+1d' | '-1d' | '+3650d';

export const shiftMs: Readonly<Record<Shift, number>> = {
  '+0': 0,
  '+1d': 86_400_000,
  '-1d': -86_400_000,
  '+3650d': 3650 * 86_400_000,
};

export class FakeClock {
  /** To start a program with; a client too. */
  readonly through: readonly string[];
  readonly #file: string;

  /** @param file where the shift stands, in a directory of the test */
  static async create(file: string, shift: Shift = '+0'): Promise<FakeClock> {
    const clock = new FakeClock(file);
    await clock.shift(shift);
    return clock;
  }

  private constructor(file: string) {
    this.#file = file;
    this.through = [
      'env',
      `LD_PRELOAD=${libraryPath()}`,
      `FAKETIME_TIMESTAMP_FILE=${file}`,
      'FAKETIME_NO_CACHE=1',
      'FAKETIME_DONT_FAKE_MONOTONIC=1',
    ];
  }

  /** Takes effect the next time that the process asks for the time. */
  async shift(to: Shift): Promise<void> {
    await writeFile(`${this.#file}.next`, `${to}\n`);
    await rename(`${this.#file}.next`, this.#file);
  }
}

export const faketimeIsMissing = (): string | undefined =>
  libraryPath() === undefined ? 'libfaketime is not installed' : undefined;

/** Debian and its children keep it below the name of the machine's kind. */
function libraryPath(): string | undefined {
  const roots = ['/usr/lib', ...subdirectories('/usr/lib')];
  return roots.map((root) => `${root}/faketime/${libraryName}`).find((path) => existsSync(path));
}

const subdirectories = (path: string): readonly string[] =>
  existsSync(path)
    ? readdirSync(path)
        .filter((name) => name.endsWith('-gnu'))
        .map((name) => `${path}/${name}`)
    : [];
