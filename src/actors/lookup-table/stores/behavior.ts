/** A keeper says that a replica is durable: an upload is committed by it, or a file gains a replica. */
import assert from 'node:assert/strict';
import { type Answer, accept } from '../../../domain/answer.js';
import type { FileRecord } from '../../../domain/file-record.js';
import type { FileId } from '../../../domain/ids.js';
import { isSameContent, provenRow } from '../../../domain/replica-rows.js';
import {
  deletedKey,
  endedKey,
  fileKey,
  nameKey,
  reservationKey,
  tombstoneKey,
  uploadKey,
} from '../../../domain/table-keys.js';
import type { OpenUpload } from '../../../domain/table-rows.js';
import { fileOf } from '../../../domain/upload-record.js';
import { deleteFile } from '../deletions/behavior.js';
import type { Turn } from '../endings/behavior.js';
import { fileNamed } from '../files/behavior.js';
import { requireCurrent } from '../keepers/behavior.js';
import type { TableRequests } from '../messages.js';
import { putReplica } from '../replicas/behavior.js';

type Stored = TableRequests['record stored']['input'];
type Reception = TableRequests['record stored']['answer'];

export function recordStored(turn: Turn, stored: Stored): Answer<Reception> {
  const current = requireCurrent(turn, stored);
  if (!current.ok) return current;
  const file = turn.get(fileKey(stored.fileId));
  return accept(file === undefined ? commitUpload(turn, stored) : addStored(turn, file, stored));
}

/** Holds for copies, for the second keeper of an upload, and for a report made twice. */
function addStored(turn: Turn, file: FileRecord, stored: Stored): Reception {
  if (stored.uploadId !== undefined && stored.uploadId !== file.uploadId)
    return decline('the file was committed by another upload');
  if (!isSameContent(file, stored)) return decline('the bytes are not those of the committed file');
  putReplica(turn, file, provenRow(file, stored, stored.at));
  return { accepted: true };
}

function commitUpload(turn: Turn, stored: Stored): Reception {
  const upload = stored.uploadId && turn.get(uploadKey(stored.uploadId));
  if (!upload || upload.fileId !== stored.fileId || isDeleted(turn, stored.fileId))
    return decline(whyUnknown(turn, stored));
  if (!upload.keepers.includes(stored.keeper))
    return decline(`the upload was not given to ${stored.keeper}`);
  if (upload.size !== stored.size)
    return decline(`${stored.size} bytes were stored and ${upload.size} announced`);
  return addStored(turn, becomeFile(turn, upload, stored), stored);
}

/** @returns the file, to which the caller adds its first replica */
export function becomeFile(
  turn: Turn,
  upload: OpenUpload,
  stored: Pick<Stored, 'digest' | 'mp4' | 'at'>,
): FileRecord {
  assert(upload.phase === 'reserved', `upload ${upload.uploadId} is committed without a file`);
  takeName(turn, upload, stored);
  turn.put(uploadKey(upload.uploadId), { ...upload, phase: 'committed' });
  turn.forget(upload.uploadId);
  turn.count({ files: 1, bytes: upload.size });
  return fileOf(upload, stored);
}

/** The old file of the name goes in the same step in which the new one comes. */
function takeName(turn: Turn, upload: OpenUpload, { at }: Pick<Stored, 'at'>): void {
  const old = fileNamed(turn, upload.name);
  if (old !== undefined) {
    assert(upload.replace, `"${upload.name}" was given away while it was reserved`);
    deleteFile(turn, old, at, upload.fileId);
  }
  turn.remove(reservationKey(upload.name));
  turn.put(nameKey(upload.name), { fileId: upload.fileId });
}

/** Here, or in a table that was lost, which had committed it: a keeper remembers that then. */
const isDeleted = (turn: Turn, fileId: FileId): boolean =>
  turn.get(tombstoneKey(fileId)) !== undefined || turn.get(deletedKey(fileId)) !== undefined;

function whyUnknown(turn: Turn, { uploadId, fileId }: Stored): string {
  if (isDeleted(turn, fileId)) return 'the file was deleted';
  const ended = uploadId && turn.get(endedKey(uploadId));
  if (ended && ended.outcome.type === 'failed')
    return `the upload has ended: ${ended.outcome.error.detail}`;
  return 'there is no such file, and no such upload in progress';
}

const decline = (reason: string): Reception => ({ accepted: false, reason });
