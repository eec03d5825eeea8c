/** Makes the directory that a process is given for its own, so that a power cut does not take it back. */
import { lstat, mkdir, realpath } from 'node:fs/promises';
import { dirname } from 'node:path';
import { ReelkeepError } from '../domain/errors.js';
import { hasCode, toDiskError } from './disk-error.js';
import { DiskSync } from './disk-sync.js';

/**
 * Answers its path without links; a directory that is there already is left as it is.
 *
 * @param sync makes the names in a directory durable; another one in tests.
 * @throws ReelkeepError `usage` when something else stands in its place, or nothing can.
 */
export async function makeRoot(
  root: string,
  sync: Pick<DiskSync, 'directory'> = new DiskSync({ durability: 'strict' }),
): Promise<string> {
  try {
    const [created] = await makeDirectories(root, 0o700);
    const path = await realpath(root);
    if (created === undefined) return path;
    // Each directory above that was made on the way is a name in another one.
    const top = dirname(await realpath(created));
    for (let at = path; at !== top; at = dirname(at)) await sync.directory(dirname(at));
    return path;
  } catch (error) {
    if (hasCode(error, 'EEXIST', 'ENOTDIR'))
      throw new ReelkeepError('usage', `${root} is not a directory`, { cause: error });
    throw toDiskError(`opening ${root}`, error);
  }
}

/**
 * Makes a directory and those above it that are missing; answers what was made, the topmost first.
 *
 * One by one: asked for all of them, Node 20 tries for ever where the one above is there and takes
 * no new names, as in `/proc`.
 * @throws ReelkeepError `usage` there
 */
export async function makeDirectories(path: string, mode = 0o777): Promise<readonly string[]> {
  const first = await makeOne(path, mode);
  if (first !== 'without parent') return first === 'made' ? [path] : [];
  const above = dirname(path) === path ? [] : await makeDirectories(dirname(path), mode);
  const second = await makeOne(path, mode);
  if (second === 'without parent')
    throw new ReelkeepError(
      'usage',
      `${path} cannot be made: ${dirname(path)} takes no new directories; give another place`,
    );
  return second === 'made' ? [...above, path] : above;
}

async function makeOne(path: string, mode: number): Promise<'made' | 'there' | 'without parent'> {
  try {
    await mkdir(path, { mode });
    return 'made';
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return 'without parent';
    if (hasCode(error, 'EEXIST') && (await lstat(await realpath(path))).isDirectory())
      return 'there';
    throw error;
  }
}
