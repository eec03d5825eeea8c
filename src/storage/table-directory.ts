/** The master's directory: made if need be, locked, and refused when it is somebody else's. */
import { lstat, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { ReelkeepError } from '../domain/errors.js';
import { newestFirst, type Snapshot } from '../domain/table-snapshot.js';
import { toDiskError, unlessAbsent } from './disk-error.js';
import { DiskSync } from './disk-sync.js';
import { makeRoot } from './make-root.js';
import { lockRoot, type RootLock } from './root-lock.js';
import { parseSnapshotName } from './snapshot-name.js';

export interface TableDirectory {
  readonly path: string;
  /** The file of the table. */
  readonly table: string;
  /** LMDB's own, beside it. */
  readonly tableLock: string;
  /** Says whose directory this is, also when the table is gone. */
  readonly marker: string;
  readonly snapshots: string;
  /** A copy of a snapshot, on its way to the table's place. */
  readonly restoring: string;
  readonly lock: RootLock;
}

const tableName = 'table.mdb';
const markerName = 'cluster.json';
const lockName = 'table.lock';
const snapshotsName = 'snapshots';
const restoringName = `${tableName}.restoring`;
const asidePrefix = `${tableName}.aside-`;
/** What a first start that was interrupted, or a fresh file system, leaves in an empty directory. */
const mayLieInEmptyDirectory: ReadonlySet<string> = new Set([
  lockName,
  `${tableName}-lock`,
  `${markerName}.tmp`,
  restoringName,
  snapshotsName,
  'audit',
  'lost+found',
]);

/** @throws ReelkeepError `usage` for a directory of something else, `conflict` when it is in use. */
export async function openTableDirectory(directory: string): Promise<TableDirectory> {
  const path = await makeRoot(directory);
  // Before anything is written into what may be somebody's directory.
  await requireTableDirectory(path);
  const lock = await lockRoot(join(path, lockName));
  return {
    path,
    table: join(path, tableName),
    tableLock: join(path, `${tableName}-lock`),
    marker: join(path, markerName),
    snapshots: join(path, snapshotsName),
    restoring: join(path, restoringName),
    lock,
  };
}

/** Where snapshots of a table are kept. */
export type SnapshotPlace = Pick<TableDirectory, 'path' | 'table' | 'snapshots'>;

/** Makes the names in the directory durable, as LMDB does not. */
export const syncTableDirectory = ({ path }: TableDirectory): Promise<void> =>
  new DiskSync({ durability: 'strict' }).directory(path);

/** Newest first; none while there is no such directory. */
export async function listSnapshots({ snapshots }: SnapshotPlace): Promise<readonly Snapshot[]> {
  try {
    const names = (await unlessAbsent(readdir(snapshots))) ?? [];
    return newestFirst(names.flatMap((name) => parseSnapshotName(name) ?? []));
  } catch (error) {
    throw toDiskError(`reading ${snapshots}`, error);
  }
}

/** Tables that were set aside, by their names. */
export const listAside = async ({ path }: TableDirectory): Promise<readonly string[]> =>
  (await readdir(path)).filter((name) => name.startsWith(asidePrefix));

/** A name that nothing has; nobody else makes names here. */
export async function nameAside({ path }: TableDirectory, time: string): Promise<string> {
  for (let count = 1; ; count += 1) {
    const name = `${asidePrefix}${time}${count === 1 ? '' : `-${count}`}`;
    if ((await unlessAbsent(lstat(join(path, name)))) === undefined) return join(path, name);
  }
}

export async function removeIfThere(path: string): Promise<void> {
  try {
    await rm(path, { force: true });
  } catch (error) {
    throw toDiskError(`removing ${path}`, error);
  }
}

async function requireTableDirectory(path: string): Promise<void> {
  const names = await readdir(path);
  if (names.includes(tableName) || names.includes(markerName)) return;
  if (names.every((name) => mayLieInEmptyDirectory.has(name) || name.startsWith(asidePrefix)))
    return;
  throw new ReelkeepError(
    'usage',
    `${path} is not empty and has no ${tableName}: give an empty directory, or put ${tableName} back if this was a master's`,
  );
}
