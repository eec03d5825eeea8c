/** What the lookup table says of one file, and of each replica of it. */
import type { Digest, FileId, KeeperId, UploadId, WallMs } from './ids.js';
import type { Mp4Facts } from './mp4-facts.js';

/**
 * What the table holds against a replica, whatever its keeper's state.
 *   sound        the keeper hashed these bytes and they matched the table's digest
 *   quarantined  the bytes were found wrong; set aside on the keeper until the target is met without them
 *   dropping     chosen as surplus; the keeper has been told or will be
 */
export type ReplicaStanding = 'sound' | 'quarantined' | 'dropping';

export interface ReplicaRecord {
  readonly keeper: KeeperId;
  /** The start of the keeper that last vouched for this replica. */
  readonly incarnation: number;
  readonly standing: ReplicaStanding;
  /** When the keeper last hashed the bytes and they matched. */
  readonly verifiedAt: WallMs;
  /** Bad bytes of this file are still set aside on this keeper, beside the sound replica. */
  readonly aside?: true;
  /**
   * Its keeper tried to read it, more than once or on a disk that fails, and could not. It may be
   * there, so it is kept; nothing rests on it until it has been read.
   */
  readonly unreadable?: true;
}

export interface FileRecord {
  readonly fileId: FileId;
  readonly uploadId: UploadId;
  readonly name: string;
  /** The name under which it was adopted from a keeper's disk, which another file has. */
  readonly claims?: string;
  /** The name that its manifests say, since it was given another one. */
  readonly storedAs?: string;
  /** Bytes. */
  readonly size: number;
  readonly digest: Digest;
  readonly createdAt: WallMs;
  /** How many replicas there should be. */
  readonly target: number;
  readonly mp4: Mp4Facts;
  readonly replicas: readonly ReplicaRecord[];
}

/** What a manifest says of its file besides what identifies the bytes. */
export type ManifestFacts = Pick<FileRecord, 'name' | 'createdAt' | 'target' | 'mp4'>;

/** As of the upload, whatever was renamed since: so all manifests of a file say the same. */
export const factsToStore = ({
  storedAs,
  claims,
  name,
  createdAt,
  target,
  mp4,
}: FileRecord): ManifestFacts => ({
  name: storedAs ?? claims ?? name,
  createdAt,
  target,
  mp4,
});

/** Where the bytes lie below a keeper's root; names given by users never become paths. */
export const replicaPath = (fileId: FileId): string =>
  `objects/${fileId.slice(0, 2)}/${fileId}.mp4`;
