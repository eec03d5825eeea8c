/** The life of an upload in the table, from the reservation of its name to what a late retry is told. */
import type { Answer } from './answer.js';
import { accept, refuse } from './answer.js';
import type { PlainError } from './errors.js';
import type { FileRecord } from './file-record.js';
import type { Digest, FileId, KeeperId, WallMs } from './ids.js';
import type { Mp4Facts } from './mp4-facts.js';
import { countSound } from './replica-rows.js';
import type { EndedUpload, OpenUpload } from './table-rows.js';

/** What a client is told of its reservation, first or repeated. */
export interface Reserved {
  readonly fileId: FileId;
  readonly target: number;
  readonly acks: number;
  /** When the upload was begun, which is what its manifests and its file say. */
  readonly createdAt: WallMs;
  readonly committed: boolean;
}

interface Asked {
  readonly name: string;
  readonly size: number;
}

/** A retry hears what the first request heard; the same id for something else is refused. */
export function answerRetry(upload: OpenUpload | EndedUpload, asked: Asked): Answer<Reserved> {
  if (upload.name !== asked.name || upload.size !== asked.size)
    return refuse('conflict', 'this upload id was used for another name or size');
  if ('outcome' in upload && upload.outcome.type === 'failed')
    return refuse('not-found', `this upload has ended: ${upload.outcome.error.detail}`);
  const { fileId, target, acks, startedAt: createdAt } = upload;
  const committed = 'outcome' in upload || upload.phase === 'committed';
  return accept({ fileId, target, acks, createdAt, committed });
}

export function givenTo(upload: OpenUpload, keeper: KeeperId): OpenUpload {
  if (upload.keepers.includes(keeper)) return upload;
  return { ...upload, keepers: [...upload.keepers, keeper] };
}

/** The file that a reservation becomes with its first durable replica; the replica is added by the caller. */
export function fileOf(
  upload: OpenUpload,
  stored: { readonly digest: Digest; readonly mp4: Mp4Facts },
): FileRecord {
  return {
    fileId: upload.fileId,
    uploadId: upload.uploadId,
    name: upload.name,
    size: upload.size,
    digest: stored.digest,
    createdAt: upload.startedAt,
    target: upload.target,
    mp4: stored.mp4,
    replicas: [],
  };
}

export const isAcked = (upload: OpenUpload, file: FileRecord): boolean =>
  countSound(file) >= upload.acks;

/** @param error absent when the client's acks were reached. */
export function endOf(upload: OpenUpload, error?: PlainError): EndedUpload {
  const { phase: _, replace: __, keepers: ___, ...kept } = upload;
  const outcome =
    error === undefined ? { type: 'acked' as const } : { type: 'failed' as const, error };
  return { ...kept, outcome };
}
