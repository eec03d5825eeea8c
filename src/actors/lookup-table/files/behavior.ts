/** Files by name and by id, for people, for the replication loop and for the summary. */
import assert from 'node:assert/strict';
import { type Answer, accept, refuse } from '../../../domain/answer.js';
import { type FileRecord, factsToStore } from '../../../domain/file-record.js';
import {
  claimKey,
  fileKey,
  filesAfter,
  holdersAfter,
  nameKey,
  namesAfter,
  reservationKey,
} from '../../../domain/table-keys.js';
import type { FileRef } from '../../../domain/table-rows.js';
import type { Turn } from '../endings/behavior.js';
import type { TableRequests, TableSummary } from '../messages.js';

type Inputs = { readonly [Type in keyof TableRequests]: TableRequests[Type]['input'] };
type Answers = { readonly [Type in keyof TableRequests]: Answer<TableRequests[Type]['answer']> };

export function findFile(turn: Turn, asked: Inputs['find file']): Answers['find file'] {
  const file = 'name' in asked ? fileNamed(turn, asked.name) : turn.get(fileKey(asked.fileId));
  return accept(file ?? null);
}

export function fileNamed(turn: Turn, name: string): FileRecord | undefined {
  const ref = turn.get(nameKey(name));
  return ref && turn.get(fileKey(ref.fileId));
}

export function listFiles(
  turn: Turn,
  { prefix, after, limit }: Inputs['list files'],
): Answers['list files'] {
  const rows = Math.min(limit, turn.limits.pageRowsMax);
  const refs = turn.range(namesAfter(prefix, after), rows + 1);
  return accept({ files: filesAt(turn, refs.slice(0, rows)), more: refs.length > rows });
}

export function surveyFiles(
  turn: Turn,
  { keeper, after, limit }: Inputs['survey files'],
): Answers['survey files'] {
  const rows = Math.min(limit, turn.limits.pageRowsMax);
  const files =
    keeper === undefined
      ? turn.range(filesAfter(after), rows)
      : filesAt(turn, turn.range(holdersAfter(keeper, after), rows));
  const last = files.length === rows ? files.at(-1) : undefined;
  return accept({ files, ...(last && { next: last.fileId }) });
}

export function renameFile(
  turn: Turn,
  { name, newName }: Inputs['rename file'],
): Answers['rename file'] {
  const file = fileNamed(turn, name);
  if (file === undefined) return refuse('not-found', `there is no file "${name}"`);
  if (newName === name) return accept(null);
  if (turn.get(nameKey(newName)) !== undefined) return refuse('conflict', `"${newName}" exists`);
  if (turn.get(reservationKey(newName)) !== undefined)
    return refuse('conflict', `"${newName}" is being written by an upload`);
  const { claims, ...rest } = file;
  const renamed = { ...rest, name: newName, storedAs: factsToStore(file).name };
  if (claims !== undefined) turn.remove(claimKey(claims, file.fileId));
  turn.remove(nameKey(name));
  turn.put(nameKey(newName), { fileId: file.fileId });
  turn.put(fileKey(file.fileId), renamed);
  turn.tell({ type: 'file changed', file: renamed });
  return accept(null);
}

export function sumUp(turn: Turn): Answer<TableSummary> {
  const { files, bytes, uploadsInProgress, deletionsDue } = turn.totals;
  const { clusterId, epoch, commit } = turn.identity;
  return accept({ clusterId, epoch, commit, files, bytes, uploadsInProgress, deletionsDue });
}

function filesAt(turn: Turn, refs: readonly FileRef[]): readonly FileRecord[] {
  return refs.map(({ fileId }) => {
    const file = turn.get(fileKey(fileId));
    assert(file !== undefined, `an index leads to file ${fileId}, which is not in the table`);
    return file;
  });
}
