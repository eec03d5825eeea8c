/** What comes before a table is opened: it is found, read, put back, or begun anew. */

import { takeNote } from './closed-table.js';
import type { TableFacts } from './read-table.js';
import { clearTheWay, type TableLost } from './set-aside-table.js';
import type { TableDirectory } from './table-directory.js';
import { requireTable, type TableOpening } from './table-opening.js';
import { type RestoreOutcome, restoreTable } from './table-restore.js';
import { hasRoomForSnapshot } from './table-snapshot-file.js';

export interface TablePrepared {
  /** Undefined for one that has yet to be made. */
  readonly facts: TableFacts | undefined;
  /** What came of it, where a snapshot was to be put in the table's place. */
  readonly restored: RestoreOutcome | undefined;
  /** Why there is nothing in it, where there was another one before. */
  readonly lost: TableLost | undefined;
  /** It is as it was closed, and nobody has read it from end to end since then. */
  readonly isUnread: boolean;
}

/**
 * @param program that is about to open it
 * @throws ReelkeepError as `requireTable`, `clearTheWay` and `restoreTable` say
 */
export async function prepareTable(
  place: TableDirectory,
  opening: TableOpening,
  program: string,
): Promise<TablePrepared> {
  const { restore, rebuild = false, readLaterAboveBytes } = opening;
  const asClosed = await takeNote(place);
  const mayBeReadLater = readLaterAboveBytes !== undefined && restore === undefined && !rebuild;
  if (mayBeReadLater && asClosed?.program === program && (await hasRoomForSnapshot(place)))
    return { facts: asClosed, restored: undefined, lost: undefined, isUnread: true };
  const restored = restore === undefined ? undefined : await restoreTable(place, restore);
  const { facts, lost } = rebuild
    ? await clearTheWay(place)
    : { facts: await requireTable(place), lost: undefined };
  return { facts, restored, lost, isUnread: false };
}
