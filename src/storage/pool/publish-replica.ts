import { closeSync, lstatSync, mkdirSync, renameSync } from 'node:fs';
import { hasCode } from '../disk-error.js';
import { catchDiskFailure } from './disk-failure.js';
import type { PublishReplicaInput, PublishReplicaOutput } from './task-messages.js';

/** Data first, then manifest; recovery relies on the order. */
export function publishReplica(input: PublishReplicaInput): PublishReplicaOutput {
  const { from, to, fds } = input;
  let moved = false;
  const published = catchDiskFailure<PublishReplicaOutput>(() => {
    if (!isOwnDirectory(to.directory)) return { ok: false, failure: 'no directory' };
    renameSync(from.data, to.data);
    moved = true;
    renameSync(from.manifest, to.manifest);
    return { ok: true };
  });
  const closed = fds.map((fd) =>
    catchDiskFailure<PublishReplicaOutput>(() => {
      closeSync(fd);
      return { ok: true };
    }),
  );
  const output = [published, ...closed].find(({ ok }) => !ok) ?? published;
  return !output.ok && output.failure === 'disk' ? { ...output, moved } : output;
}

/** Makes it unless it is there; a link that would lead out of the root is none. */
function isOwnDirectory(path: string): boolean {
  const found = lstatSync(path, { throwIfNoEntry: false });
  if (found !== undefined) return found.isDirectory();
  try {
    mkdirSync(path, { mode: 0o700 });
    return true;
  } catch (error) {
    // By the task of another thread.
    if (!hasCode(error, 'EEXIST')) throw error;
    return lstatSync(path).isDirectory();
  }
}
