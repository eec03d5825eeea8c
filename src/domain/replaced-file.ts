/**
 * Whether the bytes of a file that was replaced have to wait for those that took its name.
 *
 * A new file is known by the word of the keeper that received it. Every other keeper compares what
 * it copies with the digest, so the second replica is the first that more than one vouches for;
 * until it is there, the older bytes are the only ones that are. Where no other keeper could take
 * one, waiting would help nobody, and might keep the room that it takes. Where the one keeper has
 * gone before anyone could copy, they wait until the name is removed or replaced again.
 */
import type { FileRecord } from './file-record.js';
import type { KeeperId } from './ids.js';
import type { KeeperView } from './keeper-view.js';
import { hasRoom, isPlaceable, nothing } from './placement.js';
import { countSound } from './replica-rows.js';

/** The file that has the name now, while one keeper alone vouches for it. */
export interface UnsharedFile {
  /** Bytes. */
  readonly size: number;
  readonly holders: readonly KeeperId[];
}

/** Undefined when the file is vouched for well enough, or is to have one replica only. */
export function asUnshared(file: FileRecord): UnsharedFile | undefined {
  if (countSound(file) >= Math.min(2, file.target)) return undefined;
  // Beside bad bytes a copy may be made.
  const holding = file.replicas.filter(({ standing }) => standing !== 'quarantined');
  return { size: file.size, holders: holding.map(({ keeper }) => keeper) };
}

export function mustWaitFor({ size, holders }: UnsharedFile, views: Iterable<KeeperView>): boolean {
  const excluded = new Set(holders);
  for (const view of views)
    if (!excluded.has(view.keeper) && mayTakeOne(view) && hasRoom(view, size, nothing)) return true;
  return false;
}

/** A suspect one is alive again in a moment, or lost. */
const mayTakeOne = (view: KeeperView): boolean => isPlaceable(view) || view.state === 'suspect';
