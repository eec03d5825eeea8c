/**
 * What a keeper's full report makes of the table.
 *
 * An entry that the table agrees with is vouched for by the keeper's present start. A file has two
 * when the keeper's disk changed while it looked: the later entry is true. After the last page,
 * rows that only an older start vouched for are absent for certain. So is one that is still
 * `dropping`: an entry would have called the drop off.
 */
import { type Answer, accept } from '../../../domain/answer.js';
import type { ReplicaRecord } from '../../../domain/file-record.js';
import type { FileId } from '../../../domain/ids.js';
import { judgeFound } from '../../../domain/replica-rows.js';
import { fileKey, holdersAfter, tombstoneKey, uploadKey } from '../../../domain/table-keys.js';
import { demandDrop } from '../deletions/behavior.js';
import type { Turn } from '../endings/behavior.js';
import { requireCurrent } from '../keepers/behavior.js';
import type { InventoryEntry, TableRequests } from '../messages.js';
import { findReplica, putReplica, removeReplica } from '../replicas/behavior.js';

type Page = TableRequests['take inventory']['input'];
type Reception = TableRequests['take inventory']['answer'];

export function takeInventory(turn: Turn, page: Page): Answer<Reception> {
  const current = requireCurrent(turn, page);
  if (!current.ok) return current;
  const unknown: InventoryEntry[] = [];
  const doubtful: FileId[] = [];
  for (const entry of page.entries) {
    const taken = takeEntry(turn, page, entry);
    if (taken === 'unknown') unknown.push(entry);
    if (taken === 'doubtful') doubtful.push(entry.fileId);
  }
  return accept({ unknown, doubtful });
}

function takeEntry(
  turn: Turn,
  page: Page,
  entry: InventoryEntry,
): 'taken' | 'unknown' | 'doubtful' {
  const { fileId } = entry;
  const file = turn.get(fileKey(fileId));
  if (file !== undefined) {
    const row = judgeFound(file, entry, page);
    putReplica(turn, file, row);
    if (row.standing === 'quarantined' && !entry.quarantined) return 'doubtful';
  } else if (!mayCommit(turn, entry)) {
    const deleted = turn.get(tombstoneKey(fileId)) !== undefined;
    if (!deleted && !page.collect) return 'unknown';
    demandDrop(turn, page.keeper, fileId);
  }
  return 'taken';
}

const isUnvouched = ({ incarnation, standing }: ReplicaRecord, current: number): boolean =>
  incarnation < current || standing === 'dropping';

/** The keeper has published the bytes of an upload, and its report of that is still under way. */
const mayCommit = (turn: Turn, entry: InventoryEntry): boolean =>
  turn.get(uploadKey(entry.uploadId))?.fileId === entry.fileId;

export function closeInventory(
  turn: Turn,
  { keeper, incarnation, after }: TableRequests['close inventory']['input'],
): Answer<{ readonly next?: FileId }> {
  const current = requireCurrent(turn, { keeper, incarnation });
  if (!current.ok) return current;
  const page = turn.range(holdersAfter(keeper, after), turn.limits.pageRowsMax);
  for (const { fileId } of page) {
    const found = findReplica(turn, fileId, keeper);
    if (found !== undefined && isUnvouched(found.replica, incarnation))
      removeReplica(turn, found.file, keeper);
  }
  const last = page.length === turn.limits.pageRowsMax ? page.at(-1) : undefined;
  return accept(last === undefined ? {} : { next: last.fileId });
}
