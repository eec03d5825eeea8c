/**
 * The last-copy guard: may this replica of a file that lives be dropped?
 *
 * Only while at least the file's target of others are sound and vouched for by the start that
 * their keepers run now. What the asker believes is compared with the table, so that two drops
 * decided at the same time cannot rest on each other's replicas.
 */
import type { FileRecord } from './file-record.js';
import type { KeeperId } from './ids.js';
import { replicaOf } from './replica-rows.js';

/** A replica as its keeper's present start. */
export interface KeeperStart {
  readonly keeper: KeeperId;
  readonly incarnation: number;
}

export type DropVerdict =
  | { readonly agreed: true }
  | { readonly agreed: false; readonly reason: string };

/** @param current the incarnation that the table last admitted of a keeper. */
export function judgeDrop(
  file: FileRecord,
  drop: KeeperStart,
  staying: readonly KeeperStart[],
  current: (keeper: KeeperId) => number | undefined,
): DropVerdict {
  if (replicaOf(file, drop.keeper) === undefined)
    return keep(`${drop.keeper} has no replica of the file`);
  if (current(drop.keeper) !== drop.incarnation)
    return keep(`${drop.keeper} is not in its start ${drop.incarnation}`);
  for (const start of staying) {
    const replica = replicaOf(file, start.keeper);
    if (start.keeper === drop.keeper) return keep(`${start.keeper} cannot both stay and go`);
    if (replica?.standing !== 'sound') return keep(`the replica on ${start.keeper} is not sound`);
    if (replica.incarnation !== start.incarnation || current(start.keeper) !== start.incarnation)
      return keep(`${start.keeper} has not vouched for its replica in its present start`);
  }
  const others = new Set(staying.map((start) => start.keeper)).size;
  if (others < file.target) return keep(`${others} others are sound, the target is ${file.target}`);
  return { agreed: true };
}

const keep = (reason: string): DropVerdict => ({ agreed: false, reason });
