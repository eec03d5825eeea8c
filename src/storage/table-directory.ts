/** The master's directory: made if need be, locked, and refused when it is somebody else's. */
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { ReelkeepError } from '../domain/errors.js';
import { DiskSync } from './disk-sync.js';
import { makeRoot } from './make-root.js';
import { lockRoot, type RootLock } from './root-lock.js';

export interface TableDirectory {
  readonly path: string;
  /** The file of the table; LMDB keeps its own lock file beside it. */
  readonly table: string;
  readonly lock: RootLock;
}

/** What a master begins with: `what is sound` sets a table aside that is damaged, and begins an empty one. */
export type TableBase = 'as it is' | 'what is sound';

const tableName = 'table.mdb';
const lockName = 'table.lock';
/** What a first start that was interrupted, or a fresh file system, leaves in an empty directory. */
const mayLieInEmptyDirectory: ReadonlySet<string> = new Set([
  lockName,
  `${tableName}-lock`,
  'lost+found',
]);

/**
 * @param base with `what is sound`, the table may be missing among what else a master left here
 * @throws ReelkeepError `usage` for a directory of something else, `conflict` when it is in use.
 */
export async function openTableDirectory(
  directory: string,
  base: TableBase = 'as it is',
): Promise<TableDirectory> {
  const path = await makeRoot(directory);
  // Before anything is written into what may be somebody's directory.
  await requireTableDirectory(path, base);
  const lock = await lockRoot(join(path, lockName));
  return { path, table: join(path, tableName), lock };
}

const wasSetAside = (name: string): boolean => name.startsWith(`${tableName}.aside-`);

/** Makes the names in the directory durable, as LMDB does not. */
export const syncTableDirectory = ({ path }: TableDirectory): Promise<void> =>
  new DiskSync({ durability: 'strict' }).directory(path);

async function requireTableDirectory(path: string, base: TableBase): Promise<void> {
  const names = await readdir(path);
  if (names.includes(tableName)) return;
  const isMasters = (name: string): boolean =>
    mayLieInEmptyDirectory.has(name) || (base === 'what is sound' && wasSetAside(name));
  if (names.every(isMasters)) return;
  throw new ReelkeepError(
    'usage',
    `${path} is not empty and has no ${tableName}: give an empty directory, or put ${tableName} back if this was a master's`,
  );
}
