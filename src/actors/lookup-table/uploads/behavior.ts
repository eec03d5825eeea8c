/** Uploads in progress: whose name is reserved, for which keepers, and for how long. */
import { type Answer, accept, refuse } from '../../../domain/answer.js';
import { type FileId, type Millis, millis } from '../../../domain/ids.js';
import { countSound } from '../../../domain/replica-rows.js';
import {
  deletedKey,
  endedKey,
  fileKey,
  nameKey,
  openUploads,
  reservationKey,
  tombstoneKey,
  uploadKey,
} from '../../../domain/table-keys.js';
import type { TableReader } from '../../../domain/table-port.js';
import type { EndedUpload, OpenUpload } from '../../../domain/table-rows.js';
import type { Touches } from '../../../domain/table-turn.js';
import type { UploadEnded, UploadProgress } from '../../../domain/upload-news.js';
import { answerRetry, givenTo, type Reserved } from '../../../domain/upload-record.js';
import { abandon, type Turn } from '../endings/behavior.js';
import type { TableRequests } from '../messages.js';

type Reservation = TableRequests['reserve upload']['input'];

export function reserveUpload(turn: Turn, asked: Reservation): Answer<Reserved> {
  const ended = turn.get(endedKey(asked.uploadId));
  if (ended !== undefined) return answerRetry(ended, asked);
  const open = turn.get(uploadKey(asked.uploadId));
  if (open !== undefined) return reserveAgain(turn, open, asked);
  const { newFileId: fileId, uploadId, name, size, target, acks, replace, keeper, at } = asked;
  if (turn.get(reservationKey(name)) !== undefined)
    return refuse('conflict', `"${name}" is being written by another upload`);
  if (!replace && turn.get(nameKey(name)) !== undefined)
    return refuse('conflict', `"${name}" exists`);
  if (isUsed(turn, fileId))
    return refuse('conflict', 'this file id was used before; try again with a new one');
  if (turn.totals.uploadsInProgress >= turn.limits.uploadsOpenMax)
    return refuse('unavailable', 'too many uploads are in progress; try again later');
  const upload = { uploadId, fileId, name, size, target, acks, replace };
  turn.put(uploadKey(uploadId), { ...upload, phase: 'reserved', keepers: [keeper], startedAt: at });
  turn.put(reservationKey(name), { uploadId });
  turn.count({ uploadsInProgress: 1 });
  turn.touch(uploadId);
  return accept({ fileId, target, acks, createdAt: at, committed: false });
}

const isUsed = (turn: Turn, fileId: FileId): boolean =>
  turn.get(fileKey(fileId)) !== undefined ||
  turn.get(tombstoneKey(fileId)) !== undefined ||
  turn.get(deletedKey(fileId)) !== undefined;

function reserveAgain(turn: Turn, open: OpenUpload, asked: Reservation): Answer<Reserved> {
  const answer = answerRetry(open, asked);
  if (!answer.ok || open.phase === 'committed') return answer;
  const given = givenTo(open, asked.keeper);
  if (given !== open) turn.put(uploadKey(open.uploadId), given);
  turn.touch(open.uploadId);
  return answer;
}

export function touchUploads(
  turn: Turn,
  { uploadIds }: TableRequests['touch uploads']['input'],
): Answer<null> {
  for (const uploadId of uploadIds) if (turn.touches.has(uploadId)) turn.touch(uploadId);
  return accept(null);
}

export function abandonUpload(
  turn: Turn,
  { uploadId, error }: TableRequests['abandon upload']['input'],
): Answer<{ readonly committed: boolean }> {
  const open = turn.get(uploadKey(uploadId));
  if (open?.phase === 'reserved') abandon(turn, open, error);
  const acked = turn.get(endedKey(uploadId))?.outcome.type === 'acked';
  return accept({ committed: open?.phase === 'committed' || acked });
}

export function findUpload(
  turn: Turn,
  { uploadId }: TableRequests['find upload']['input'],
): Answer<UploadProgress | UploadEnded> {
  const ended = turn.get(endedKey(uploadId));
  if (ended?.outcome.type === 'failed') return accept({ uploadId, error: ended.outcome.error });
  const upload = ended ?? turn.get(uploadKey(uploadId));
  if (upload === undefined)
    return refuse('not-found', 'there was never such an upload, or it ended long ago');
  return accept(progressOf(turn, upload, ended !== undefined));
}

function progressOf(turn: Turn, upload: OpenUpload | EndedUpload, acked: boolean): UploadProgress {
  const { uploadId, target } = upload;
  const file = turn.get(fileKey(upload.fileId));
  const replicas = file === undefined ? 0 : countSound(file);
  return { uploadId, replicas, target, acked, ...(file && { file }) };
}

/** Ends reservations that no keeper has been receiving for too long. */
export function tick(turn: Turn): Answer<null> {
  const { uploadIdleMs } = turn.limits;
  for (const [uploadId, touchedAt] of turn.touches) {
    const idle = turn.now - touchedAt >= uploadIdleMs;
    const open = idle ? turn.get(uploadKey(uploadId)) : undefined;
    if (open === undefined) continue;
    const detail = `no keeper was receiving the upload for ${uploadIdleMs / 1000} s`;
    abandon(turn, open, { code: 'unavailable', detail });
  }
  return accept(null);
}

/** Keepers may have touched their uploads while nobody was there to hear it. */
export const forgivePause = (touches: Touches, pausedMs: number, now: Millis): Touches =>
  new Map(
    Array.from(touches, ([uploadId, at]) => [uploadId, millis(Math.min(now, at + pausedMs))]),
  );

/** After a start nothing is known of the uploads in the table: each is as good as just touched. */
export function adoptUploads(reader: TableReader, now: Millis): Touches {
  const open = reader.range(openUploads, Number.MAX_SAFE_INTEGER);
  const reserved = open.filter((upload) => upload.phase === 'reserved');
  return new Map(reserved.map((upload) => [upload.uploadId, now]));
}
