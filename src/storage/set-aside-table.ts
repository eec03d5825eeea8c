/**
 * Puts a table that cannot be used out of the way, and never away: it may be all that says what a
 * deleted file was called, and somebody may still read rows out of it.
 */
import { rename } from 'node:fs/promises';
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
import { judgeStanding } from './table-opening.js';

/** Why a table is begun anew in the place of one that there was. */
export interface TableLost {
  readonly why: string;
  /** Where the table went that stood there. */
  readonly aside?: string;
}

/** @throws ReelkeepError as `judgeStanding` says */
export async function clearTheWay(
  place: TableDirectory,
): Promise<{ readonly facts?: TableFacts; readonly lost?: TableLost }> {
  const standing = await judgeStanding(place);
  switch (standing.type) {
    case 'sound':
      return { facts: standing.facts };
    case 'yet to be made':
      return {};
    case 'gone':
      return { lost: { why: standing.why } };
    case 'damaged': {
      const aside = await setTableAside(place);
      return { lost: { why: standing.why, ...(aside === undefined ? {} : { aside }) } };
    }
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
