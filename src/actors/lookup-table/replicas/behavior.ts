/** The replica rows of files that live, each with its index and its count. */
import { type Answer, accept } from '../../../domain/answer.js';
import type { FileRecord, ReplicaRecord } from '../../../domain/file-record.js';
import { type FileId, type KeeperId, wallMs } from '../../../domain/ids.js';
import {
  isSameReplica,
  provenRow,
  replicaOf,
  spoiltRow,
  unreadRow,
  withoutReplica,
  withReplica,
} from '../../../domain/replica-rows.js';
import { fileKey, holderKey } from '../../../domain/table-keys.js';
import { reportProgress, type Turn } from '../endings/behavior.js';
import { countReplicas, requireCurrent } from '../keepers/behavior.js';
import type { TableRequests } from '../messages.js';

export interface FoundReplica {
  readonly file: FileRecord;
  readonly replica: ReplicaRecord;
}

export function findReplica(
  turn: Turn,
  fileId: FileId,
  keeper: KeeperId,
): FoundReplica | undefined {
  const file = turn.get(fileKey(fileId));
  if (file === undefined) return undefined;
  const replica = replicaOf(file, keeper);
  return replica && { file, replica };
}

export function putReplica(turn: Turn, file: FileRecord, replica: ReplicaRecord): void {
  const before = replicaOf(file, replica.keeper);
  if (before !== undefined && isSameReplica(before, replica)) return;
  if (before === undefined) {
    turn.put(holderKey(replica.keeper, file.fileId), { fileId: file.fileId });
    countReplicas(turn, replica.keeper, 1);
  }
  saveReplicas(turn, withReplica(file, replica));
}

export function removeReplica(turn: Turn, file: FileRecord, keeper: KeeperId): void {
  if (replicaOf(file, keeper) === undefined) return;
  forgetHolder(turn, file, keeper);
  saveReplicas(turn, withoutReplica(file, keeper));
}

/** Takes one replica out of the index and the count, and leaves the file's own row to the caller. */
export function forgetHolder(turn: Turn, file: FileRecord, keeper: KeeperId): void {
  turn.remove(holderKey(keeper, file.fileId));
  countReplicas(turn, keeper, -1);
}

type Verification = TableRequests['record verified']['input'];

/**
 * Stale, or that a replica is sound or absent that the table does not have: changes nothing. Bytes
 * that were set aside are on the keeper's disk, whatever the table has heard, and are to go.
 */
export function recordVerified(turn: Turn, verification: Verification): Answer<null> {
  const { keeper, incarnation, fileId, outcome, at } = verification;
  if (!requireCurrent(turn, verification).ok) return accept(null);
  const found = findReplica(turn, fileId, keeper);
  if (found === undefined) {
    if (outcome === 'quarantined') putSetAside(turn, verification);
    return accept(null);
  }
  const { file, replica } = found;
  if (outcome === 'absent') removeReplica(turn, file, keeper);
  else if (outcome === 'sound') putReplica(turn, file, provenRow(file, verification, at));
  else if (outcome === 'unreadable') putReplica(turn, file, unreadRow(replica));
  // The order of a drop that was agreed to is on its way: no good copy may come into its path.
  else if (replica.standing !== 'dropping') putReplica(turn, file, spoiltRow(replica, incarnation));
  return accept(null);
}

function putSetAside(turn: Turn, { keeper, incarnation, fileId }: Verification): void {
  const file = turn.get(fileKey(fileId));
  if (file === undefined) return;
  putReplica(turn, file, { keeper, incarnation, standing: 'quarantined', verifiedAt: wallMs(0) });
}

function saveReplicas(turn: Turn, file: FileRecord): void {
  turn.put(fileKey(file.fileId), file);
  turn.tell({ type: 'file changed', file });
  reportProgress(turn, file);
}
