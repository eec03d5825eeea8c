/** Puts one file of a keeper under its name in a tree: shared with the keeper where the disk can, else copied. */
import { randomBytes } from 'node:crypto';
import { constants } from 'node:fs';
import { copyFile, link, lstat, mkdir, realpath, rename, rm } from 'node:fs/promises';
import { dirname, join, sep } from 'node:path';
import { wholeFile } from '../domain/chunk-plan.js';
import type { Digest } from '../domain/ids.js';
import { blake3, digestOf } from './blake3.js';
import { hasCode, isSystemError, unlessAbsent } from './disk-error.js';
import { openOwnFile } from './manifest-file.js';
import { hashChunks } from './pool/hash-chunks.js';

export type Placed = 'linked' | 'copied' | 'present' | { readonly reason: string };

export interface FileToPlace {
  /** An accepted name. */
  readonly name: string;
  readonly size: number;
  readonly digest: Digest;
}

/** @param tree an existing directory, as `realpath` gives it. */
export async function placeFile(from: string, file: FileToPlace, tree: string): Promise<Placed> {
  const path = join(tree, ...file.name.split('/'));
  try {
    await mkdir(dirname(path), { recursive: true });
    // a link that stands in the tree must not lead the export out of it
    if (!isWithin(tree, await realpath(dirname(path))))
      return { reason: 'a link leads out of the tree' };
    if ((await unlessAbsent(lstat(path))) === undefined) return await linkOrCopy(from, path);
    return (await isSameFile(path, file)) ? 'present' : { reason: 'another file is there' };
  } catch (error) {
    if (!isSystemError(error)) throw error;
    return { reason: error.message };
  }
}

const isWithin = (tree: string, path: string): boolean =>
  path === tree || path.startsWith(tree.endsWith(sep) ? tree : tree + sep);

async function linkOrCopy(from: string, to: string): Promise<'linked' | 'copied'> {
  try {
    await link(from, to);
    return 'linked';
  } catch (error) {
    // another file system, one without hard links, or too many of them
    if (!hasCode(error, 'EXDEV', 'EPERM', 'ENOTSUP', 'EMLINK', 'ENOSYS')) throw error;
  }
  // a copy that is cut short must not stand under the name, which may be as long as names can be
  const part = join(dirname(to), `.${randomBytes(8).toString('hex')}.part`);
  try {
    await copyFile(from, part, constants.COPYFILE_EXCL | constants.COPYFILE_FICLONE);
    await rename(part, to);
  } finally {
    await rm(part, { force: true });
  }
  return 'copied';
}

async function isSameFile(path: string, { size, digest }: FileToPlace): Promise<boolean> {
  const handle = await openOwnFile(path);
  if (handle === undefined || handle === 'link') return false;
  try {
    const found = await handle.stat();
    if (!found.isFile() || found.size !== size) return false;
    const hashed = hashChunks({ fd: handle.fd, size, ...wholeFile(size) });
    return hashed.ok && digestOf(blake3(hashed.digests)) === digest;
  } finally {
    await handle.close();
  }
}
