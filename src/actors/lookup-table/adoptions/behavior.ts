/**
 * Files that the table has never heard of, taken in from what a keeper holds of them.
 *
 * A manifest says everything of its file but what was changed later: its name and its deletion. A
 * deletion that any keeper remembers wins for ever, because file ids are not used twice; a name
 * that several files claim is given as `domain/adopted-names.ts` says, whatever the order in which
 * their keepers come. A file whose claim was not met stands in an index under the claimed name, and
 * gets it when the file that has it turns out to have been deleted.
 */
import assert from 'node:assert/strict';
import { hasName, nameToAdopt, ownNames } from '../../../domain/adopted-names.js';
import { type Answer, accept } from '../../../domain/answer.js';
import type { FileRecord } from '../../../domain/file-record.js';
import type { FileId } from '../../../domain/ids.js';
import {
  claimKey,
  claimsOf,
  deletedKey,
  fileKey,
  nameKey,
  reservationKey,
  tombstoneKey,
} from '../../../domain/table-keys.js';
import { deleteFile } from '../deletions/behavior.js';
import type { Turn } from '../endings/behavior.js';
import { fileNamed } from '../files/behavior.js';
import { isToBeTakenIn, requireCurrent } from '../keepers/behavior.js';
import type { InventoryEntry, ManifestFacts, TableRequests } from '../messages.js';

/** @returns the file, which has a name and no replica yet */
export function adoptFile(turn: Turn, entry: InventoryEntry, facts: ManifestFacts): FileRecord {
  const { fileId, uploadId, size, digest } = entry;
  const name = nameToAdopt(facts.name, fileId);
  turn.count({ files: 1, bytes: size });
  return giveName(turn, { ...facts, fileId, uploadId, name, size, digest, replicas: [] });
}

/**
 * A keeper remembers that these files were deleted: they are gone, and stay so. Only a table that
 * was made again may have forgotten what it ordered; of a keeper that it has taken in since, it knows
 * better, and a keeper's word deletes nothing.
 */
export function takeDeletions(
  turn: Turn,
  report: TableRequests['take deletions']['input'],
): Answer<TableRequests['take deletions']['answer']> {
  const current = requireCurrent(turn, report);
  if (!current.ok) return current;
  if (!isToBeTakenIn(turn, current.value)) return accept({ heeded: false });
  for (const fileId of report.fileIds) {
    if (turn.get(deletedKey(fileId)) !== undefined) continue;
    turn.put(deletedKey(fileId), { fileId, deletedAt: report.at });
    const tombstone = turn.get(tombstoneKey(fileId));
    if (tombstone !== undefined)
      turn.put(tombstoneKey(fileId), { deletedAt: report.at, ...tombstone });
    const file = turn.get(fileKey(fileId));
    if (file === undefined) continue;
    deleteFile(turn, file, report.at);
    passName(turn, file.name);
  }
  return accept({ heeded: true });
}

/** A name that an upload has reserved is not given to anybody else. */
function giveName(turn: Turn, file: FileRecord): FileRecord {
  const { name } = file;
  const other = fileNamed(turn, name);
  if (isReserved(turn, name)) return giveOwnName(turn, file);
  if (other !== undefined && other.claims === undefined && !hasName(file, other))
    return giveOwnName(turn, file);
  const named = putFile(turn, file);
  if (other !== undefined) turn.tell({ type: 'file changed', file: giveOwnName(turn, other) });
  return named;
}

function giveOwnName(turn: Turn, file: FileRecord): FileRecord {
  const claims = file.claims ?? file.name;
  for (const name of ownNames(claims, file.fileId)) {
    if (turn.get(nameKey(name)) !== undefined || isReserved(turn, name)) continue;
    turn.put(claimKey(claims, file.fileId), { fileId: file.fileId });
    return putFile(turn, { ...file, name, claims });
  }
  assert.fail('there is always a name that is free');
}

/** The file that had the name never should have had it: it goes to the one that claims it best. */
function passName(turn: Turn, name: string): void {
  if (fileNamed(turn, name) !== undefined || isReserved(turn, name)) return;
  let heir: FileRecord | undefined;
  for (const { fileId } of turn.range(claimsOf(name), turn.limits.pageRowsMax)) {
    const file = turn.get(fileKey(fileId));
    if (file?.claims !== name) continue;
    if (heir === undefined || hasName(file, heir)) heir = file;
  }
  if (heir === undefined) return;
  const { claims: _, ...rest } = heir;
  turn.remove(nameKey(heir.name));
  turn.remove(claimKey(name, heir.fileId));
  turn.tell({ type: 'file changed', file: putFile(turn, { ...rest, name }) });
}

function putFile(turn: Turn, file: FileRecord): FileRecord {
  turn.put(nameKey(file.name), { fileId: file.fileId });
  turn.put(fileKey(file.fileId), file);
  return file;
}

const isReserved = (turn: Turn, name: string): boolean =>
  turn.get(reservationKey(name)) !== undefined;

/** When the file was deleted, as far as any keeper remembers it. */
export const rememberedDeletion = (turn: Turn, fileId: FileId) =>
  turn.get(deletedKey(fileId))?.deletedAt;
