/** Makes the directory that a process is given for its own, so that a power cut does not take it back. */
import { mkdir, realpath } from 'node:fs/promises';
import { dirname } from 'node:path';
import { ReelkeepError } from '../domain/errors.js';
import { hasCode, toDiskError } from './disk-error.js';
import { DiskSync } from './disk-sync.js';

/**
 * Answers its path without links; a directory that is there already is left as it is.
 *
 * @param sync makes the names in a directory durable; another one in tests.
 * @throws ReelkeepError `usage` when something else stands in its place.
 */
export async function makeRoot(
  root: string,
  sync: Pick<DiskSync, 'directory'> = new DiskSync({ durability: 'strict' }),
): Promise<string> {
  try {
    const created = await mkdir(root, { recursive: true, mode: 0o700 });
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
