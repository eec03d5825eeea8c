/**
 * One snapshot of the table: copied by another process while the table is in use, read from end
 * to end there, and only then given its name.
 */
import { rename, stat, statfs, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { ReelkeepError } from '../domain/errors.js';
import { wallMs } from '../domain/ids.js';
import { type Snapshot, snapshotsToDrop, timeOfNext } from '../domain/table-snapshot.js';
import { toDiskError } from './disk-error.js';
import { DiskSync } from './disk-sync.js';
import { makeRoot } from './make-root.js';
import { nameSnapshot } from './snapshot-name.js';
import { listSnapshots, removeIfThere, type SnapshotPlace } from './table-directory.js';
import { walkTable } from './table-walk-check.js';

const spareName = 'snapshot.tmp';

export const snapshotPath = ({ snapshots }: SnapshotPlace, { name }: Pick<Snapshot, 'name'>) =>
  join(snapshots, name);

/** What a master that died while it took one left behind. */
export const removeUnfinished = ({ snapshots }: SnapshotPlace): Promise<void> =>
  removeIfThere(join(snapshots, spareName));

/**
 * Leaves nothing behind when it fails, and touches the others only when it is durable.
 * @param signal gives it up
 * @throws ReelkeepError `no-space`, `unavailable`, or `integrity` when the table is damaged
 */
export async function takeSnapshot(
  place: SnapshotPlace,
  kept: number,
  signal?: AbortSignal,
): Promise<Snapshot> {
  const spare = join(place.snapshots, spareName);
  try {
    await makeRoot(place.snapshots);
    await removeUnfinished(place);
    await requireRoom(place);
    const options = signal === undefined ? { copyTo: spare } : { copyTo: spare, signal };
    const verdict = await walkTable(place.table, options);
    if (verdict.found !== 'table')
      throw new ReelkeepError(
        'integrity',
        `a snapshot of ${place.table} came out damaged: ${verdict.found === 'damage' ? verdict.why : 'it has no rows'}`,
      );
    const takenAt = timeOfNext(await listSnapshots(place), wallMs(Date.now()));
    const snapshot = nameSnapshot({ ...verdict.facts, takenAt });
    await rename(spare, snapshotPath(place, snapshot));
    await new DiskSync({ durability: 'strict' }).directory(place.snapshots);
    await dropOld(place, kept);
    return snapshot;
  } catch (error) {
    // What cannot be removed now goes before the next try.
    await Promise.allSettled([removeUnfinished(place)]);
    throw toDiskError(`taking a snapshot of ${place.table}`, error);
  }
}

/** Reads them from end to end, the newest first, until one is sound. */
export async function newestSoundSnapshot(place: SnapshotPlace): Promise<Snapshot | undefined> {
  for (const snapshot of await listSnapshots(place)) {
    const verdict = await walkTable(snapshotPath(place, snapshot));
    if (verdict.found === 'table') return snapshot;
  }
  return undefined;
}

/** Twice what it takes, so that the table itself is not the one that finds the disk full. */
async function roomFor({ table, path }: SnapshotPlace) {
  const [{ size }, { bavail, bsize }] = await Promise.all([stat(table), statfs(path)]);
  const free = bavail * bsize;
  return { size, free, isEnough: free >= 2 * size };
}

/** Whether one could be taken now. */
export const hasRoomForSnapshot = async (place: SnapshotPlace): Promise<boolean> =>
  (await roomFor(place)).isEnough;

async function requireRoom(place: SnapshotPlace): Promise<void> {
  const { size, free, isEnough } = await roomFor(place);
  if (isEnough) return;
  throw new ReelkeepError(
    'no-space',
    `a snapshot of ${size} bytes is not taken while its disk has ${free} bytes left: make room for twice as many as it takes`,
  );
}

async function dropOld(place: SnapshotPlace, kept: number): Promise<void> {
  const old = snapshotsToDrop(await listSnapshots(place), { kept });
  for (const snapshot of old) await unlink(snapshotPath(place, snapshot));
  if (old.length > 0) await new DiskSync({ durability: 'strict' }).directory(place.snapshots);
}
