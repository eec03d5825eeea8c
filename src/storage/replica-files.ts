/**
 * Taking replicas out of `objects`, for ever or into quarantine.
 *
 * A replica exists while both its files stand in `objects`. Orders that recovery relies on:
 *   publish   data, then manifest; then the directory is synced, and only then anyone is told
 *   remove    data, then manifest; then the directory is synced, and only then anyone is told
 *   set aside manifest, then data; then both directories are synced
 */
import { lstat, rename, unlink } from 'node:fs/promises';
import type { FileId } from '../domain/ids.js';
import type { DeletionLog } from './deletion-log.js';
import { unlessAbsent } from './disk-error.js';
import type { DiskSync } from './disk-sync.js';
import type { FileTurns } from './file-turns.js';
import type { Layout, ReplicaPaths } from './layout.js';
import type { HashPool } from './pool/hash-pool.js';
import type { RootPlace } from './root-place.js';
import type { SpaceMeter } from './space-meter.js';

/** What the parts of one store share. */
export interface StoreParts {
  readonly layout: Layout;
  readonly place: RootPlace;
  readonly sync: DiskSync;
  readonly pool: HashPool;
  readonly space: SpaceMeter;
  readonly turns: FileTurns;
  readonly deletions: DeletionLog;
  /** Being received or published: not yet a replica, whatever stands in `objects`. */
  readonly underWay: Set<FileId>;
  /** Each is told of every replica that becomes durable while it is here. */
  readonly watchers: Set<Set<FileId>>;
}

/** Answers whether there was anything. The caller syncs the directory. */
export async function removePair(paths: ReplicaPaths): Promise<boolean> {
  const hadData = await removeFile(paths.data);
  return (await removeFile(paths.manifest)) || hadData;
}

async function moveFile(from: string, to: string): Promise<boolean> {
  return (await unlessAbsent(rename(from, to).then(() => true))) ?? false;
}

/** Bytes of the file, undefined when there is none. */
export async function fileBytes(path: string): Promise<number | undefined> {
  return (await unlessAbsent(lstat(path)))?.size;
}

/** Removes a replica from `objects`; call it in the file's turn. The caller syncs the bucket. */
export async function removeObject(parts: StoreParts, fileId: FileId): Promise<void> {
  const paths = parts.layout.object(fileId);
  const bytes = (await fileBytes(paths.data)) ?? 0;
  await removePair(paths);
  parts.space.addUsed(-bytes);
}

/**
 * Sets a replica aside, durably; call it in the file's turn. Bytes that were set aside before for
 * the same file are replaced.
 */
export async function setAside(parts: StoreParts, fileId: FileId): Promise<void> {
  const { layout, space, sync } = parts;
  const from = layout.object(fileId);
  const to = layout.quarantined(fileId);
  const bytes = (await fileBytes(from.data)) ?? 0;
  await moveFile(from.manifest, to.manifest);
  if (await moveFile(from.data, to.data)) space.addUsed(-bytes);
  await sync.directory(to.directory);
  await sync.directory(from.directory);
}

const removeFile = async (path: string): Promise<boolean> =>
  (await unlessAbsent(unlink(path).then(() => true))) ?? false;
