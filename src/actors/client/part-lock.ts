/**
 * The file that a download is written into before it gets its name.
 *
 * It carries the file id, so what an earlier run left is known to be of the same file. One process
 * at a time writes it; another one that fetches the same file meanwhile writes one of its own.
 */
import { randomBytes } from 'node:crypto';
import { constants } from 'node:fs';
import { type FileHandle, open, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { tryLock } from 'fs-native-extensions';
import { ReelkeepError } from '../../domain/errors.js';
import type { FileId } from '../../domain/ids.js';

export interface LockedPart {
  readonly path: string;
  readonly handle: FileHandle;
  /** A later run finds it again; one made because another process has the lock is not looked for. */
  readonly isResumable: boolean;
}

const fileNameBytesMax = 255;
/** A part that comes under the lock while another process finishes it is gone when it is had. */
const lockTriesMax = 5;

export async function lockPart(target: string, id: FileId): Promise<LockedPart> {
  const path = partPath(target, id);
  for (let attempt = 0; attempt < lockTriesMax; attempt += 1) {
    const handle = await openPart(path);
    if (!tryLock(handle.fd)) {
      await handle.close();
      break;
    }
    if (await isStillAt(path, handle)) return { path, handle, isResumable: true };
    await handle.close();
  }
  const own = partPath(target, `${id}.${randomBytes(4).toString('hex')}`);
  const handle = await openPart(own);
  if (!tryLock(handle.fd)) throw new ReelkeepError('internal', `${own} is locked`);
  return { path: own, handle, isResumable: false };
}

function openPart(path: string): Promise<FileHandle> {
  return open(path, constants.O_RDWR | constants.O_CREAT | constants.O_NOFOLLOW, 0o666);
}

async function isStillAt(path: string, handle: FileHandle): Promise<boolean> {
  const held = await handle.stat();
  const found = await stat(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  });
  return found?.ino === held.ino && found.dev === held.dev;
}

/** Hidden, and beside its target so that it can be renamed; a long name is cut to what fits. */
export function partPath(target: string, mark: string): string {
  const suffix = `.${mark}.part`;
  let stem = basename(target);
  while (Buffer.byteLength(`.${stem}${suffix}`) > fileNameBytesMax)
    stem = [...stem].slice(0, -1).join('');
  return join(dirname(target), `.${stem}${suffix}`);
}
