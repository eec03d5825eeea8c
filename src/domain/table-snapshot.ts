/**
 * Which snapshots of the table are taken and kept.
 *
 * They are told apart by when they were taken, and none is given an earlier time than those that
 * are there, whatever the clock says.
 */
import { type WallMs, wallMs } from './ids.js';

export interface Snapshot {
  readonly name: string;
  readonly takenAt: WallMs;
  readonly epoch: number;
  readonly commit: number;
  readonly files: number;
}

/** What is known of the snapshots that a master takes. */
export interface SnapshotNews {
  /** The newest that is there. */
  readonly last?: Snapshot;
  /** The last try came to nothing; absent when it did not. */
  readonly failure?: { readonly at: WallMs; readonly reason: string };
}

export interface SnapshotPolicy {
  readonly everyMs: number | 'off';
  /** So many of the newest, and so many of those with the most files. */
  readonly kept: number;
}

/** A table of up to so many bytes is read before each use: that takes a second. A larger one may be read by a snapshot. */
export const readFirstBytesMax = 256 * 1024 ** 2;

export const snapshotDefaults = { everyMs: 3_600_000, kept: 8 } as const satisfies SnapshotPolicy;

/** What the next one says of when it was taken. */
export function timeOfNext(others: readonly Snapshot[], now: WallMs): WallMs {
  const [newest] = newestFirst(others);
  return wallMs(Math.max(now, newest === undefined ? now : newest.takenAt + 1));
}

export const newestFirst = (snapshots: readonly Snapshot[]): readonly Snapshot[] =>
  snapshots.toSorted((a, b) => b.takenAt - a.takenAt || (a.name < b.name ? 1 : -1));

/**
 * All but the newest `kept` and the `kept` with the most files: a table that lost its files does
 * not push out the snapshots that still have them, however often it is taken.
 */
export function snapshotsToDrop(
  snapshots: readonly Snapshot[],
  { kept }: Pick<SnapshotPolicy, 'kept'>,
): readonly Snapshot[] {
  const newest = newestFirst(snapshots);
  // Of as many files the newer one comes first.
  const largest = newest.toSorted((a, b) => b.files - a.files);
  const stay = new Set([...newest.slice(0, kept), ...largest.slice(0, kept)]);
  return newest.filter((snapshot) => !stay.has(snapshot));
}

/** How long a master that starts waits before it takes one; a clock that went back delays none for longer. */
export function firstSnapshotAfterMs(
  everyMs: number,
  last: Snapshot | undefined,
  now: WallMs,
): number {
  if (last === undefined) return 0;
  return Math.min(everyMs, Math.max(0, last.takenAt + everyMs - now));
}
