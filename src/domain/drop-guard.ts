/**
 * The last-copy guard: may this replica of a file that lives be dropped?
 *
 * Only while at least the file's target of others are sound and vouched for by the start that
 * their keepers run now. What the asker believes is compared with the table, so that two drops
 * decided at the same time cannot rest on each other's replicas. What was set aside is guarded in
 * the same way, but for one thing: a sound replica on the same keeper stays, and so counts.
 */
import type { FileRecord, ReplicaRecord } from './file-record.js';
import type { KeeperId } from './ids.js';
import { hasBytesAside, replicaOf } from './replica-rows.js';

/** A replica as its keeper's present start. */
export interface KeeperStart {
  readonly keeper: KeeperId;
  readonly incarnation: number;
}

export interface Drop extends KeeperStart {
  /** Only what was set aside goes; what else the keeper has of the file stays. */
  readonly quarantinedOnly: boolean;
}

export type DropVerdict =
  | { readonly agreed: true }
  | { readonly agreed: false; readonly reason: string };

/** @param current the incarnation that the table last admitted of a keeper. */
export function judgeDrop(
  file: FileRecord,
  drop: Drop,
  staying: readonly KeeperStart[],
  current: (keeper: KeeperId) => number | undefined,
): DropVerdict {
  if (!isThere(file, drop))
    return keep(`${drop.keeper} has ${drop.quarantinedOnly ? 'nothing set aside' : 'no replica'}`);
  if (isAmong(staying, drop)) return keep(`${drop.keeper} cannot both stay and go`);
  if (current(drop.keeper) !== drop.incarnation)
    return keep(`${drop.keeper} is not in its start ${drop.incarnation}`);
  for (const start of staying) {
    const replica = replicaOf(file, start.keeper);
    if (!isProven(replica)) return keep(`the replica on ${start.keeper} is not sound`);
    if (replica.incarnation !== start.incarnation || current(start.keeper) !== start.incarnation)
      return keep(`${start.keeper} has not vouched for its replica in its present start`);
  }
  const sound = new Set(staying.map((start) => start.keeper)).size;
  if (sound < file.target) return keep(`${sound} stay sound, the target is ${file.target}`);
  return { agreed: true };
}

/** One that its keeper cannot read may be as good as it was, and no drop rests on that. */
const isProven = (replica: ReplicaRecord | undefined): replica is ReplicaRecord =>
  replica?.standing === 'sound' && replica.unreadable !== true;

function isThere(file: FileRecord, { keeper, quarantinedOnly }: Drop): boolean {
  const replica = replicaOf(file, keeper);
  return replica !== undefined && (!quarantinedOnly || hasBytesAside(replica));
}

const isAmong = (staying: readonly KeeperStart[], { keeper, quarantinedOnly }: Drop): boolean =>
  !quarantinedOnly && staying.some((start) => start.keeper === keeper);

const keep = (reason: string): DropVerdict => ({ agreed: false, reason });
