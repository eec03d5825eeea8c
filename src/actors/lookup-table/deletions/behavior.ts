/** How files leave: deleted files until the last keeper confirms, and surplus behind the last-copy guard. */
import { type Answer, accept, refuse } from '../../../domain/answer.js';
import { type DropVerdict, judgeDrop } from '../../../domain/drop-guard.js';
import type { FileRecord } from '../../../domain/file-record.js';
import type { FileId, KeeperId, WallMs } from '../../../domain/ids.js';
import { asUnshared, type UnsharedFile } from '../../../domain/replaced-file.js';
import { withoutAside } from '../../../domain/replica-rows.js';
import {
  claimKey,
  dropsDueOf,
  dueKey,
  fileKey,
  keeperKey,
  nameKey,
  tombstoneKey,
} from '../../../domain/table-keys.js';
import type { Tombstone } from '../../../domain/table-rows.js';
import { bury, condemn, withHolder, withoutHolder } from '../../../domain/tombstone.js';
import { overtake, type Turn } from '../endings/behavior.js';
import { fileNamed } from '../files/behavior.js';
import { requireCurrent } from '../keepers/behavior.js';
import type { TableRequests } from '../messages.js';
import {
  type FoundReplica,
  findReplica,
  forgetHolder,
  putReplica,
  removeReplica,
} from '../replicas/behavior.js';

type Inputs = { readonly [Type in keyof TableRequests]: TableRequests[Type]['input'] };

export function removeFile(turn: Turn, { name, at }: Inputs['remove file']): Answer<null> {
  const file = fileNamed(turn, name);
  if (file === undefined) return refuse('not-found', `there is no file "${name}"`);
  deleteFile(turn, file, at);
  return accept(null);
}

/** Takes the file out of every answer and writes its tombstone, in one step. */
export function deleteFile(turn: Turn, file: FileRecord, at: WallMs, replacedBy?: FileId): void {
  const { fileId } = file;
  turn.remove(fileKey(fileId));
  turn.remove(nameKey(file.name));
  if (file.claims !== undefined) turn.remove(claimKey(file.claims, fileId));
  turn.count({ files: -1, bytes: -file.size });
  turn.tell({ type: 'file gone', fileId });
  overtake(turn, file);
  for (const { keeper } of file.replicas) forgetHolder(turn, file, keeper);
  const tombstone = bury(file, at, replacedBy);
  if (tombstone === undefined) return;
  turn.put(tombstoneKey(fileId), tombstone);
  for (const holder of tombstone.holders) addDue(turn, holder, fileId);
}

/**
 * What a keeper still has of a deleted file, or of one that the table never heard of, is due for
 * dropping.
 *
 * @param deletedAt absent for garbage, and for a file of which a tombstone tells
 */
export function demandDrop(turn: Turn, keeper: KeeperId, fileId: FileId, deletedAt?: WallMs): void {
  const before = turn.get(tombstoneKey(fileId));
  if (before?.holders.includes(keeper)) {
    turn.tell({ type: 'drop due', keeper, fileId });
    return;
  }
  turn.put(
    tombstoneKey(fileId),
    before ? withHolder(before, keeper) : condemn(fileId, keeper, deletedAt),
  );
  addDue(turn, keeper, fileId);
}

export function recordDropped(
  turn: Turn,
  report: Inputs['record dropped'],
): Answer<TableRequests['record dropped']['answer']> {
  const current = requireCurrent(turn, report);
  if (!current.ok) return current;
  const { keeper, quarantinedOnly } = report;
  const doubtful: FileId[] = [];
  for (const fileId of report.fileIds) {
    if (!quarantinedOnly) confirmDrop(turn, keeper, fileId);
    const found = findReplica(turn, fileId, keeper);
    if (found === undefined) continue;
    if (quarantinedOnly) clearAside(turn, found);
    else if (found.replica.standing === 'sound') doubtful.push(fileId);
    else removeReplica(turn, found.file, keeper);
  }
  return accept({ doubtful });
}

/** Of a quarantined replica nothing is left then. */
function clearAside(turn: Turn, { file, replica }: FoundReplica): void {
  if (replica.standing === 'quarantined') removeReplica(turn, file, replica.keeper);
  else putReplica(turn, file, withoutAside(replica));
}

export function agreeToDrop(turn: Turn, drop: Inputs['agree to drop']): Answer<DropVerdict> {
  const found = findReplica(turn, drop.fileId, drop.keeper);
  if (found === undefined) return accept({ agreed: false, reason: 'there is no such replica' });
  const { file, replica } = found;
  const verdict = judgeDrop(
    file,
    drop,
    drop.staying,
    (keeper) => turn.get(keeperKey(keeper))?.incarnation,
  );
  if (verdict.agreed && !drop.quarantinedOnly)
    putReplica(turn, file, { ...replica, standing: 'dropping' });
  return accept(verdict);
}

export function dropsDue(
  turn: Turn,
  { keeper, after, limit }: Inputs['drops due'],
): Answer<TableRequests['drops due']['answer']> {
  const rowsMax = Math.min(limit, turn.limits.pageRowsMax);
  const rows = turn.range(dropsDueOf(keeper, after), rowsMax);
  const fileIds = rows.map((row) => row.fileId);
  const deleted: FileId[] = [];
  const replaced: { fileId: FileId; by: UnsharedFile }[] = [];
  for (const fileId of fileIds) {
    const tombstone = turn.get(tombstoneKey(fileId));
    if (tombstone?.deletedAt !== undefined) deleted.push(fileId);
    const by = tombstone && unsharedSuccessor(turn, tombstone);
    if (by !== undefined) replaced.push({ fileId, by });
  }
  const next = rows.length < rowsMax ? undefined : fileIds.at(-1);
  return accept({ fileIds, deleted, replaced, ...(next !== undefined && { next }) });
}

/** Whoever came last in its place, under whatever name now. */
function unsharedSuccessor(turn: Turn, tombstone: Tombstone): UnsharedFile | undefined {
  for (let after: Tombstone | undefined = tombstone; after?.replacedBy !== undefined; ) {
    const successor = turn.get(fileKey(after.replacedBy));
    if (successor !== undefined) return asUnshared(successor);
    after = turn.get(tombstoneKey(after.replacedBy));
  }
  const { replacedAs } = tombstone;
  const named = replacedAs === undefined ? undefined : fileNamed(turn, replacedAs);
  return named && asUnshared(named);
}

function addDue(turn: Turn, keeper: KeeperId, fileId: FileId): void {
  turn.put(dueKey(keeper, fileId), { fileId });
  turn.count({ deletionsDue: 1 });
  turn.tell({ type: 'drop due', keeper, fileId });
}

/** The keeper has nothing of the deleted file any more, or never comes back to say so. */
export function confirmDrop(turn: Turn, keeper: KeeperId, fileId: FileId): void {
  if (turn.get(dueKey(keeper, fileId)) !== undefined) {
    turn.remove(dueKey(keeper, fileId));
    turn.count({ deletionsDue: -1 });
  }
  const tombstone = turn.get(tombstoneKey(fileId));
  if (!tombstone?.holders.includes(keeper)) return;
  const rest = withoutHolder(tombstone, keeper);
  if (rest === undefined) turn.remove(tombstoneKey(fileId));
  else turn.put(tombstoneKey(fileId), rest);
}
