/** Gives a finished download its name, so that nobody ever sees half of it. */
import { link, lstat, rename, unlink } from 'node:fs/promises';
import { ReelkeepError } from '../../domain/errors.js';

/** @throws ReelkeepError `conflict` when the name is taken and may not be replaced */
export async function publishPart(part: string, target: string, replace: boolean): Promise<void> {
  if (replace) {
    // Renaming does nothing when both are names of one file, as they are after a crash between
    // the link and the unlink below.
    if (await isSameFile(part, target)) await unlink(part);
    else await rename(part, target);
    return;
  }
  try {
    await link(part, target);
  } catch (error) {
    if (hasCode(error, 'EEXIST')) throw nameTaken(target);
    if (!hasCode(error, 'EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK')) throw error;
    // A file system without links: the best it has is to look before renaming.
    await refuseIfTaken(target);
    await rename(part, target);
    return;
  }
  await unlink(part);
}

/** @throws ReelkeepError `conflict` */
export async function refuseIfTaken(target: string): Promise<void> {
  try {
    await lstat(target);
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return;
    throw error;
  }
  throw nameTaken(target);
}

async function isSameFile(part: string, target: string): Promise<boolean> {
  const [held, found] = await Promise.all([lstat(part), lstat(target).catch(ifAbsent)]);
  return found?.ino === held.ino && found.dev === held.dev;
}

function ifAbsent(error: unknown): undefined {
  if (!hasCode(error, 'ENOENT')) throw error;
}

const nameTaken = (target: string): ReelkeepError =>
  new ReelkeepError('conflict', `${target} exists; --replace takes its place`);

const hasCode = (error: unknown, ...codes: readonly string[]): boolean =>
  error instanceof Error && 'code' in error && codes.includes(String(error.code));
