/**
 * Puts a table that cannot be used out of the way, and never away: it may be all that says what a
 * deleted file was called, and somebody may still read rows out of it.
 */
import { rename } from 'node:fs/promises';
import { ReelkeepError } from '../domain/errors.js';
import { toDiskError, unlessAbsent } from './disk-error.js';
import { syncTableDirectory, type TableBase, type TableDirectory } from './table-directory.js';

/** Opens the table, once more without it if it is damaged and that is allowed. */
export async function openOrSetAside<Table>(
  place: TableDirectory,
  base: TableBase,
  open: () => Promise<Table>,
): Promise<Table> {
  try {
    return await open();
  } catch (error) {
    const isDamage = error instanceof ReelkeepError && error.code === 'integrity';
    if (base === 'as it is' || !isDamage) throw error;
    await setTableAside(place);
    return await open();
  }
}

/** Durable when it resolves. @throws ReelkeepError `unavailable` */
async function setTableAside(place: TableDirectory): Promise<void> {
  const { table } = place;
  // Of UTC, without what some file systems do not take in a name.
  const stamp = new Date().toISOString().replaceAll(':', '-');
  try {
    await rename(table, `${table}.aside-${stamp}`);
    // LMDB's own, of the table that it was beside.
    await unlessAbsent(rename(`${table}-lock`, `${table}.aside-${stamp}-lock`));
    await syncTableDirectory(place);
  } catch (error) {
    throw toDiskError(`setting ${table} aside`, error);
  }
}
