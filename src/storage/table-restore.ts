/**
 * Puts a snapshot in the place of a table that is damaged or gone.
 *
 * A table that is sound is never replaced: a server that is started again with the same command
 * line must not go back in time. What the snapshot replaces is set aside and left there.
 */
import { constants } from 'node:fs';
import { copyFile, open, rename, stat } from 'node:fs/promises';
import { basename, join, resolve, sep } from 'node:path';
import { ReelkeepError } from '../domain/errors.js';
import { toDiskError, unlessAbsent } from './disk-error.js';
import { DiskSync } from './disk-sync.js';
import type { TableFacts } from './read-table.js';
import { setTableAside } from './set-aside-table.js';
import { removeIfThere, syncTableDirectory, type TableDirectory } from './table-directory.js';
import { readMarker, type TableMarker, writeMarker } from './table-marker.js';
import { judgeTable } from './table-opening.js';
import { newestSoundSnapshot, snapshotPath } from './table-snapshot-file.js';
import { walkTable } from './table-walk-check.js';

export type RestoreOutcome =
  | {
      readonly type: 'restored';
      /** The name of the file that it was. */
      readonly snapshot: string;
      /** Where the table went that stood there. */
      readonly aside?: string;
    }
  | { readonly type: 'already restored'; readonly snapshot: string };

/**
 * @param asked a path, a name in the directory of snapshots, or `latest`
 * @throws ReelkeepError `not-found`; `integrity` for a snapshot that is damaged; `usage` for one of
 *   another cluster; `conflict` when the table that is there is sound
 */
export async function restoreTable(place: TableDirectory, asked: string): Promise<RestoreOutcome> {
  const marker = await readMarker(place.marker);
  const present = await judgeTable(place);
  const before = marker?.restored;
  if (present.found === 'table' && before?.asked === asked)
    return { type: 'already restored', snapshot: before.snapshot };
  const path = await findSnapshot(place, asked);
  const facts = await requireSnapshot(path, marker);
  const snapshot = basename(path);
  const restored: TableMarker = { clusterId: facts.clusterId, restored: { asked, snapshot } };
  if (present.found === 'table') {
    if (!isSameTable(present.facts, facts)) throw soundTable(place, present.facts, facts);
    // It died before it could write down that it was done.
    await writeMarker(place.marker, restored);
    return { type: 'already restored', snapshot };
  }
  const aside = await exchange(place, path);
  await writeMarker(place.marker, restored);
  return { type: 'restored', snapshot, ...(aside === undefined ? {} : { aside }) };
}

async function findSnapshot(place: TableDirectory, asked: string): Promise<string> {
  if (asked !== 'latest')
    return asked.includes(sep) ? resolve(asked) : join(place.snapshots, asked);
  const newest = await newestSoundSnapshot(place);
  if (newest !== undefined) return snapshotPath(place, newest);
  throw new ReelkeepError(
    'not-found',
    `--restore latest: there is no sound snapshot in ${place.snapshots}`,
  );
}

async function requireSnapshot(path: string, marker: TableMarker | undefined): Promise<TableFacts> {
  if ((await unlessAbsent(stat(path))) === undefined)
    throw new ReelkeepError('not-found', `--restore: there is no ${path}; nothing was changed`);
  const verdict = await walkTable(path);
  if (verdict.found !== 'table') {
    const why = verdict.found === 'damage' ? verdict.why : 'it has no rows';
    throw new ReelkeepError(
      'integrity',
      `--restore: ${path} is damaged: ${why}; nothing was changed, give another snapshot`,
    );
  }
  const { facts } = verdict;
  if (marker === undefined || marker.isProvisional || marker.clusterId === facts.clusterId)
    return facts;
  throw new ReelkeepError(
    'usage',
    `--restore: ${path} is of cluster ${facts.clusterId}, and this directory of ${marker.clusterId}; nothing was changed, give another snapshot`,
  );
}

const isSameTable = (a: TableFacts, b: TableFacts): boolean =>
  a.clusterId === b.clusterId && a.epoch === b.epoch && a.commit === b.commit;

const soundTable = ({ table }: TableDirectory, present: TableFacts, facts: TableFacts) =>
  new ReelkeepError(
    'conflict',
    `--restore: ${table} is sound (epoch ${present.epoch}, commit ${present.commit}, ${present.files} files), and the snapshot is another one (epoch ${facts.epoch}, commit ${facts.commit}, ${facts.files} files); nothing was changed, start without --restore, or move the table away first`,
  );

/**
 * At every instant there is the table that was, or none, or the whole snapshot.
 * @returns where the table went that stood there
 */
async function exchange(place: TableDirectory, from: string): Promise<string | undefined> {
  const { restoring: spare } = place;
  try {
    await removeIfThere(spare);
    await copyDurably(from, spare);
    const aside = await setTableAside(place);
    await rename(spare, place.table);
    await syncTableDirectory(place);
    return aside;
  } catch (error) {
    throw toDiskError(`restoring ${place.table}`, error);
  }
}

async function copyDurably(from: string, to: string): Promise<void> {
  await copyFile(from, to, constants.COPYFILE_EXCL | constants.COPYFILE_FICLONE);
  const handle = await open(to, 'r+');
  try {
    await handle.chmod(0o600);
    await new DiskSync({ durability: 'strict' }).file(handle, to);
  } finally {
    await handle.close();
  }
}
