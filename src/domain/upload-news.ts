/** What the table tells of an upload: how far it has come, or why it came to nothing. */
import type { PlainError } from './errors.js';
import type { FileRecord } from './file-record.js';
import type { UploadId } from './ids.js';

export interface UploadProgress {
  readonly uploadId: UploadId;
  /** Durable replicas. */
  readonly replicas: number;
  readonly target: number;
  readonly acked: boolean;
  /** Present from the first durable replica on. */
  readonly file?: FileRecord;
}

export interface UploadEnded {
  readonly uploadId: UploadId;
  readonly error: PlainError;
}
