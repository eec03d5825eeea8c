/**
 * Puts a table that cannot be used out of the way, and never away: it may be all that says what a
 * deleted file was called, and somebody may still read rows out of it.
 */
import { rename } from 'node:fs/promises';
import { ReelkeepError } from '../domain/errors.js';
import { wallMs } from '../domain/ids.js';
import { toDiskError, unlessAbsent } from './disk-error.js';
import type { TableFacts } from './read-table.js';
import { timeInName } from './snapshot-name.js';
import {
  nameAside,
  removeIfThere,
  syncTableDirectory,
  type TableDirectory,
} from './table-directory.js';
import { requireTable } from './table-opening.js';

/**
 * @returns what the table is; undefined when one is to be begun anew, and what stood there is aside
 * @throws ReelkeepError `unavailable` when it was kept from finding out
 */
export async function soundTable(place: TableDirectory): Promise<TableFacts | undefined> {
  try {
    return await requireTable(place);
  } catch (error) {
    if (!(error instanceof ReelkeepError && error.code === 'integrity')) throw error;
    await setTableAside(place);
    return undefined;
  }
}

/**
 * Durable when it resolves.
 * @returns where the table went, if one stood there
 */
export async function setTableAside(place: TableDirectory): Promise<string | undefined> {
  try {
    const aside = await nameAside(place, timeInName(wallMs(Date.now())));
    const stood = await unlessAbsent(rename(place.table, aside).then(() => aside));
    // It counts the commits of the table that was; LMDB makes another.
    await removeIfThere(place.tableLock);
    await syncTableDirectory(place);
    return stood;
  } catch (error) {
    throw toDiskError(`setting ${place.table} aside`, error);
  }
}
