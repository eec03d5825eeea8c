/** What a keeper says of one file in its inventory. */
import type { ManifestFacts } from './file-record.js';
import type { Digest, FileId, UploadId } from './ids.js';

export interface InventoryEntry {
  readonly fileId: FileId;
  readonly size: number;
  readonly digest: Digest;
  readonly uploadId: UploadId;
  readonly quarantined: boolean;
  /** Whole, and bad bytes of the same file are set aside. */
  readonly aside: boolean;
  /** Of a whole replica, from keepers that are to be taken in. */
  readonly facts?: ManifestFacts;
}
