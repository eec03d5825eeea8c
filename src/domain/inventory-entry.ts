/** What a keeper says of one file in its inventory. */
import type { FileRecord } from './file-record.js';
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

/** What a manifest says of its file besides what identifies the bytes. */
export type ManifestFacts = Pick<FileRecord, 'name' | 'createdAt' | 'target' | 'mp4'>;
