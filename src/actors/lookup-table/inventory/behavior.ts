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
import type { KeeperRecord } from '../../../domain/keeper-record.js';
import { judgeFound } from '../../../domain/replica-rows.js';
import {
  endedKey,
  fileKey,
  holdersAfter,
  keeperKey,
  tombstoneKey,
  uploadKey,
} from '../../../domain/table-keys.js';
import type { OpenUpload } from '../../../domain/table-rows.js';
import { adoptFile, rememberedDeletion } from '../adoptions/behavior.js';
import { demandDrop } from '../deletions/behavior.js';
import type { Turn } from '../endings/behavior.js';
import { isToBeTakenIn, noteTakenIn, requireCurrent, wasRebuilt } from '../keepers/behavior.js';
import type { InventoryEntry, TableRequests } from '../messages.js';
import { findReplica, putReplica, removeReplica } from '../replicas/behavior.js';
import { becomeFile } from '../stores/behavior.js';

type Page = TableRequests['take inventory']['input'];
type Reception = TableRequests['take inventory']['answer'];

export function takeInventory(turn: Turn, page: Page): Answer<Reception> {
  const current = requireCurrent(turn, page);
  if (!current.ok) return current;
  const unknown: InventoryEntry[] = [];
  const early: InventoryEntry[] = [];
  const doubtful: FileId[] = [];
  const rule = ruleFor(turn, page, current.value);
  for (const entry of page.entries) {
    const taken = takeEntry(turn, page, rule, entry);
    if (taken === 'unknown') unknown.push(entry);
    if (taken === 'early') early.push(entry);
    if (taken === 'doubtful') doubtful.push(entry.fileId);
  }
  return accept({ unknown, early, doubtful });
}

/**
 * What becomes of files that the table has never heard of.
 *   note     nothing yet
 *   adopt    they become files of it, when their manifest is there
 *   collect  they are garbage; but `collect whole`: not what was set aside, which was never adopted
 */
type Rule = 'note' | 'adopt' | 'collect' | 'collect whole';

function ruleFor(turn: Turn, page: Page, keeper: KeeperRecord): Rule {
  if (isToBeTakenIn(turn, keeper)) return 'adopt';
  if (!page.collect) return 'note';
  return wasRebuilt(turn) ? 'collect whole' : 'collect';
}

type Taking = 'taken' | 'unknown' | 'early' | 'doubtful';

function takeEntry(turn: Turn, page: Page, rule: Rule, entry: InventoryEntry): Taking {
  const { fileId } = entry;
  const file = turn.get(fileKey(fileId));
  if (file !== undefined) {
    const row = judgeFound(file, entry, page);
    putReplica(turn, file, row);
    return row.standing === 'quarantined' && !entry.quarantined ? 'doubtful' : 'taken';
  }
  const deletedAt = rememberedDeletion(turn, fileId);
  if (deletedAt === undefined && turn.get(tombstoneKey(fileId)) === undefined)
    return takeUnknown(turn, page, rule, entry);
  demandDrop(turn, page.keeper, fileId, deletedAt);
  return 'taken';
}

function takeUnknown(turn: Turn, page: Page, rule: Rule, entry: InventoryEntry): Taking {
  const upload = turn.get(uploadKey(entry.uploadId));
  const mayCommit = upload?.fileId === entry.fileId;
  if (rule === 'adopt') return takeBeyond(turn, page, entry, mayCommit ? upload : undefined);
  // The keeper has published the bytes of an upload. Its report of that is under way, or was lost
  // with the start that should have made it.
  if (mayCommit) return 'early';
  if (rule === 'note' || (rule === 'collect whole' && entry.quarantined)) return 'unknown';
  demandDrop(turn, page.keeper, entry.fileId);
  return 'taken';
}

/** Nothing of what the keeper holds beyond the table is given up, unless the table knows better. */
function takeBeyond(
  turn: Turn,
  page: Page,
  entry: InventoryEntry,
  upload: OpenUpload | undefined,
): Taking {
  const { facts, fileId, size, digest } = entry;
  if (upload === undefined && hasFailed(turn, entry)) {
    demandDrop(turn, page.keeper, fileId);
    return 'taken';
  }
  if (facts === undefined || entry.quarantined) return 'unknown';
  if (upload !== undefined && upload.size !== size) return 'early';
  // The report of an upload may have gone to a table that was lost, and is not made again then.
  const stored = { digest, mp4: facts.mp4, at: page.at };
  const file = upload ? becomeFile(turn, upload, stored) : adoptFile(turn, entry, facts);
  putReplica(turn, file, judgeFound(file, entry, page));
  return 'taken';
}

/** For certain: no table that was lost can have committed it. */
function hasFailed(turn: Turn, { uploadId, fileId }: InventoryEntry): boolean {
  const ended = turn.get(endedKey(uploadId));
  return ended?.fileId === fileId && ended.outcome.type === 'failed' && ended.inDoubt !== true;
}

const isUnvouched = ({ incarnation, standing }: ReplicaRecord, current: number): boolean =>
  incarnation < current || standing === 'dropping';

export function closeInventory(
  turn: Turn,
  { keeper, incarnation, after, takenIn }: TableRequests['close inventory']['input'],
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
  if (last !== undefined) return accept({ next: last.fileId });
  if (takenIn) noteTakenIn(turn, turn.get(keeperKey(keeper)) ?? current.value);
  return accept({});
}
