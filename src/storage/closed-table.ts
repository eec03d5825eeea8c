/**
 * A large table that was closed whole, and has not been touched since, is not read from end to end
 * before it is used again, for that takes minutes: the first snapshot reads it, beside its use.
 *
 * The note of it stands in the mark beside the table. It is taken away before the table is opened,
 * so that a process that dies of what stands there does not begin with it a second time; and it is
 * made only by a process that knows the table to have been read.
 */
import { stat } from 'node:fs/promises';
import { toDiskError, unlessAbsent } from './disk-error.js';
import type { TableDirectory } from './table-directory.js';
import { readMarker, type TableMarker, writeMarker } from './table-marker.js';

type ClosedTable = NonNullable<TableMarker['closed']>;
export type ClosedFacts = ClosedTable['facts'];

/**
 * To be called when nobody has the table open any more.
 * @param aboveBytes a smaller one has no note
 */
export async function noteClosed(
  place: TableDirectory,
  facts: ClosedFacts,
  aboveBytes: number,
): Promise<void> {
  const file = await fileOf(place.table);
  if (file === undefined || file.bytes <= aboveBytes) return;
  const marker = await readMarker(place.marker);
  if (marker === undefined) return;
  await writeMarker(place.marker, { ...marker, closed: { facts, ...file } });
}

/**
 * Takes the note away.
 * @returns what the table is, if it is as it was closed; where the note cannot be taken away,
 *   which a full disk does, nothing is said
 */
export async function takeNote(place: TableDirectory): Promise<ClosedFacts | undefined> {
  const marker = await readMarker(place.marker);
  if (marker?.closed === undefined) return undefined;
  const { closed, ...rest } = marker;
  const [taken] = await Promise.allSettled([writeMarker(place.marker, rest)]);
  if (taken.status === 'rejected') return undefined;
  const file = await fileOf(place.table);
  const isUntouched = file !== undefined && isSameFile(file, closed);
  return isUntouched && closed.facts.clusterId === marker.clusterId ? closed.facts : undefined;
}

type TableFile = Pick<ClosedTable, 'bytes' | 'inode' | 'changedNs'>;

/** Whoever writes to it, or puts another in its place, cannot but change one of these. */
async function fileOf(path: string): Promise<TableFile | undefined> {
  const stats = await unlessAbsent(stat(path, { bigint: true })).catch((error: unknown) => {
    throw toDiskError(`reading ${path}`, error);
  });
  if (stats === undefined) return undefined;
  return { bytes: Number(stats.size), inode: `${stats.ino}`, changedNs: `${stats.ctimeNs}` };
}

const isSameFile = (a: TableFile, b: TableFile): boolean =>
  a.bytes === b.bytes && a.inode === b.inode && a.changedNs === b.changedNs;
