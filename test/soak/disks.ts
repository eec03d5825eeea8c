/** What lies on the keepers' disks, looked at from outside: with sha256, not with the keeper's own eyes. */
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { FileId } from '../../src/domain/ids.js';
import { createLayout, type Layout, parseObjectName } from '../../src/storage/layout.js';
import { readManifestFile } from '../../src/storage/manifest-file.js';
import { sha256 } from '../processes/films.js';
import type { Contents } from './contents.js';

export type Room = 'objects' | 'staging' | 'quarantine';

/** Names of files, without their directories; nothing when the room is not there. */
export async function namesIn(root: string, room: Room): Promise<readonly string[]> {
  const entries = await unlessGone(
    readdir(join(root, room), { recursive: true, withFileTypes: true }),
  );
  return (entries ?? []).filter((entry) => entry.isFile()).map(({ name }) => name);
}

/** In the order of their ids. */
export async function fileIdsOn(root: string): Promise<readonly FileId[]> {
  const parsed = (await namesIn(root, 'objects')).map(parseObjectName);
  return [...new Set(parsed.flatMap((one) => (one === undefined ? [] : [one.fileId])))].toSorted();
}

/** Whether the bytes are those of the film that the manifest, undamaged, speaks of. */
export async function isSound(root: string, fileId: FileId, contents: Contents): Promise<boolean> {
  const { data, manifest } = createLayout(root).object(fileId);
  const read = await readManifestFile(manifest, fileId);
  if (read.state !== 'sound') return false;
  const found = await unlessGone(sha256(data));
  return found !== undefined && contents.withDigest(read.manifest.digest)?.sha256 === found;
}

/** Bytes of films on a disk, damaged ones too. */
export async function filmBytesOn(root: string): Promise<number> {
  const layout: Layout = createLayout(root);
  const sizes = (await fileIdsOn(root)).map(async (fileId) => {
    const found = await unlessGone(stat(layout.object(fileId).data));
    return found?.size ?? 0;
  });
  return (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0);
}

/** Files go while a disk is looked at. */
export async function unlessGone<Value>(looked: Promise<Value>): Promise<Value | undefined> {
  try {
    return await looked;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
