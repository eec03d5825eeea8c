/** How an upload makes progress and ends: acked, given up, idle too long, or overtaken by a deletion. */
import type { PlainError } from '../../../domain/errors.js';
import type { FileRecord } from '../../../domain/file-record.js';
import { countSound } from '../../../domain/replica-rows.js';
import {
  endedInOrder,
  endedKey,
  endedOrderKey,
  reservationKey,
  uploadKey,
} from '../../../domain/table-keys.js';
import type { OpenUpload } from '../../../domain/table-rows.js';
import type { TableTurn } from '../../../domain/table-turn.js';
import { endOf, isAcked } from '../../../domain/upload-record.js';
import type { TableNotice } from '../messages.js';

/** A turn of this table: what it tells are `TableNotice`s. */
export type Turn = TableTurn<TableNotice>;

/** To be called when the replicas of a file have changed. */
export function reportProgress(turn: Turn, file: FileRecord): void {
  const upload = uploadOf(turn, file);
  if (upload === undefined) return;
  const acked = isAcked(upload, file);
  turn.tell({
    type: 'upload progressed',
    uploadId: upload.uploadId,
    replicas: countSound(file),
    target: upload.target,
    acked,
    file,
  });
  if (acked) end(turn, upload);
}

/** Ends a reservation: what the keepers received of it will never be committed. */
export function abandon(turn: Turn, upload: OpenUpload, error: PlainError): void {
  turn.remove(reservationKey(upload.name));
  turn.forget(upload.uploadId);
  end(turn, upload, error);
  turn.tell({ type: 'upload ended', uploadId: upload.uploadId, error });
  // What a table that was lost may have committed is no keeper's to forget.
  if (upload.inDoubt) return;
  for (const keeper of upload.keepers) {
    const { uploadId, fileId } = upload;
    turn.tell({ type: 'discard due', keeper, uploadId, fileId });
  }
}

/** The file of a committed upload is deleted before its client's acks were reached. */
export function overtake(turn: Turn, file: FileRecord): void {
  const upload = uploadOf(turn, file);
  if (upload === undefined) return;
  const error: PlainError = {
    code: 'not-found',
    detail: `the file was deleted before it had ${upload.acks} durable replicas`,
  };
  end(turn, upload, error);
  turn.tell({ type: 'upload ended', uploadId: upload.uploadId, error });
}

/** Unless it was begun anew and is to become another file, as when this one was found again. */
function uploadOf(turn: Turn, { uploadId, fileId }: FileRecord): OpenUpload | undefined {
  const upload = turn.get(uploadKey(uploadId));
  return upload?.fileId === fileId ? upload : undefined;
}

/** Forgets the uploads that ended first while there are more than the limit. */
export function pruneEnded(turn: Turn): void {
  const excess = turn.totals.endedUploads - turn.limits.endedUploadsMax;
  if (excess <= 0) return;
  const oldest = turn.range(endedInOrder, excess);
  for (const { place, uploadId } of oldest) {
    turn.remove(endedOrderKey(place));
    turn.remove(endedKey(uploadId));
  }
  turn.count({ endedUploads: -oldest.length });
}

function end(turn: Turn, upload: OpenUpload, error?: PlainError): void {
  const { uploadId } = upload;
  const place = turn.totals.endedEver;
  turn.remove(uploadKey(uploadId));
  turn.put(endedKey(uploadId), endOf(upload, error));
  turn.put(endedOrderKey(place), { place, uploadId });
  turn.count({ uploadsInProgress: -1, endedUploads: 1, endedEver: 1 });
}
