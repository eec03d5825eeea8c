/**
 * What a snapshot is stands in its name, `20260102T030405.678Z-e3-c1207-f42.mdb`: when it was
 * taken, the epoch and commit of the table, and how many files it knows. Names sort by time.
 */
import { type WallMs, wallMs } from '../domain/ids.js';
import type { Snapshot } from '../domain/table-snapshot.js';

const pattern =
  /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d\.\d{3})Z-e(\d{1,15})-c(\d{1,15})-f(\d{1,15})\.mdb$/;

export function nameSnapshot({ takenAt, epoch, commit, files }: Omit<Snapshot, 'name'>): Snapshot {
  const name = `${timeInName(takenAt)}-e${epoch}-c${commit}-f${files}.mdb`;
  return { name, takenAt, epoch, commit, files };
}

/** Undefined for a name of something else. */
export function parseSnapshotName(name: string): Snapshot | undefined {
  const [, year, month, day, hour, minute, second, ...counts] = pattern.exec(name) ?? [];
  const takenAt = Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
  if (Number.isNaN(takenAt)) return undefined;
  const [epoch = 0, commit = 0, files = 0] = counts.map(Number);
  return { name, takenAt: wallMs(takenAt), epoch, commit, files };
}

export const timeInName = (at: WallMs): string => new Date(at).toISOString().replace(/[-:]/g, '');
