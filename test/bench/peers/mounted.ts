/** A system that is used through its mount: films go in and come back with `cp`. */
import { execFileSync } from 'node:child_process';
import { readdir, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { timeCommands } from '../timed-command.js';
import type { RunningPeer } from './peer.js';

/** Its copies are renamed and removed in their own time; those just written lie in the page cache. */
export const mountedPeer = (mount: string, end: () => Promise<void>): RunningPeer => ({
  put: (films, atATime) => timeCommands([copyLine(films, mount, atATime)]),
  get: (films, target, atATime) => {
    const stored = films.map((film) => join(mount, basename(film)));
    forgetAtMount(stored);
    return timeCommands([copyLine(stored, target, atATime)]);
  },
  clear: async () => {
    for (const name of await readdir(mount)) await rm(join(mount, name), { force: true });
  },
  stored: async () => [],
  end,
});

/** What was put through a mount lies in its page cache: read from there, it would not be fetched. */
function forgetAtMount(stored: readonly string[]): void {
  for (const path of stored)
    execFileSync('dd', [`if=${path}`, 'iflag=nocache', 'count=0', 'status=none']);
}

export const isMounted = (mount: string): boolean =>
  execFileSync('mount', { encoding: 'utf8' }).includes(` ${mount} `);

/** One `cp` for all of them, or one for each and so many at a time. */
function copyLine(
  films: readonly string[],
  target: string,
  atATime: number,
): readonly [string, ...string[]] {
  if (atATime === 1) return ['cp', ...films, target];
  const script =
    'n=$1; target=$2; shift 2; printf "%s\\0" "$@" | xargs -0 -n 1 -P "$n" cp -t "$target"';
  return ['sh', '-c', script, 'sh', `${atATime}`, target, ...films];
}

/** Ends all that was begun, the last first, also when beginning the next one fails. */
export async function startInTurn(
  parts: (endings: (() => unknown)[], end: () => Promise<void>) => Promise<RunningPeer>,
): Promise<RunningPeer> {
  const endings: (() => unknown)[] = [];
  const end = async (): Promise<void> => {
    for (const ending of endings.splice(0).toReversed()) await ending();
  };
  try {
    return await parts(endings, end);
  } catch (error) {
    await end();
    throw error;
  }
}
