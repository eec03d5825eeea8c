/**
 * Ids as they come over the wire. What is not one is refused here, because it would become
 * part of a key of the table.
 */
import { ReelkeepError } from '../../domain/errors.js';
import {
  type Digest,
  type FileId,
  isDigest,
  isFileId,
  isUploadId,
  type UploadId,
} from '../../domain/ids.js';

/** @throws ReelkeepError `usage`, as the others do */
export function checkedFileId(text: string): FileId {
  if (!isFileId(text)) throw new ReelkeepError('usage', 'a file id is 32 lower-case hex digits');
  return text;
}

export function checkedUploadId(text: string): UploadId {
  if (!isUploadId(text))
    throw new ReelkeepError('usage', 'an upload id is 32 lower-case hex digits');
  return text;
}

export function checkedDigest(text: string): Digest {
  if (!isDigest(text)) throw new ReelkeepError('usage', 'a digest is 64 lower-case hex digits');
  return text;
}
