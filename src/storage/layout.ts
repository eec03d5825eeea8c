/**
 * Where everything lies below a keeper's root. Every path that the store opens is made here, from
 * ids that were checked; names given by users never become paths.
 */
import { join } from 'node:path';
import { ReelkeepError } from '../domain/errors.js';
import { type FileId, isFileId, isUploadId, type UploadId } from '../domain/ids.js';

/** The two files of one replica, wherever they lie. */
export interface ReplicaPaths {
  readonly directory: string;
  readonly data: string;
  readonly manifest: string;
}

export interface Layout {
  readonly root: string;
  readonly identity: string;
  readonly lock: string;
  readonly deletions: string;
  readonly objects: string;
  readonly staging: string;
  readonly quarantine: string;
  /** `objects/<2 hex>`. */
  bucket(fileId: FileId): string;
  object(fileId: FileId): ReplicaPaths;
  staged(fileId: FileId, uploadId: UploadId): ReplicaPaths;
  quarantined(fileId: FileId): ReplicaPaths;
}

export function createLayout(root: string): Layout {
  const objects = join(root, 'objects');
  const staging = join(root, 'staging');
  const quarantine = join(root, 'quarantine');
  const bucket = (fileId: FileId) => join(objects, requireFileId(fileId).slice(0, 2));
  const pair = (directory: string, fileId: FileId): ReplicaPaths => ({
    directory,
    data: join(directory, `${requireFileId(fileId)}.mp4`),
    manifest: join(directory, `${fileId}.manifest`),
  });
  return {
    root,
    identity: join(root, 'keeper.json'),
    lock: join(root, 'keeper.lock'),
    deletions: join(root, 'deleted.log'),
    objects,
    staging,
    quarantine,
    bucket,
    object: (fileId) => pair(bucket(fileId), fileId),
    staged(fileId, uploadId) {
      const data = join(staging, `${requireFileId(fileId)}.${requireUploadId(uploadId)}`);
      return { directory: staging, data, manifest: `${data}.manifest` };
    },
    quarantined: (fileId) => pair(quarantine, fileId),
  };
}

export type ReplicaPart = 'data' | 'manifest';

/** Which part of which replica a name in `objects/<2 hex>` or `quarantine` is; undefined for a stranger. */
export function parseObjectName(
  name: string,
): { readonly fileId: FileId; readonly part: ReplicaPart } | undefined {
  const [id = '', ending, ...more] = name.split('.');
  if (!isFileId(id) || more.length > 0) return undefined;
  if (ending === 'mp4') return { fileId: id, part: 'data' };
  if (ending === 'manifest') return { fileId: id, part: 'manifest' };
  return undefined;
}

/** The same for a name in `staging`. */
export function parseStagedName(
  name: string,
): { readonly fileId: FileId; readonly part: ReplicaPart } | undefined {
  const [id = '', upload = '', ending, ...more] = name.split('.');
  if (!isFileId(id) || !isUploadId(upload) || more.length > 0) return undefined;
  if (ending === undefined) return { fileId: id, part: 'data' };
  return ending === 'manifest' ? { fileId: id, part: 'manifest' } : undefined;
}

function requireFileId(fileId: FileId): FileId {
  if (isFileId(fileId)) return fileId;
  throw new ReelkeepError('usage', 'a file id is 32 hex digits');
}

function requireUploadId(uploadId: UploadId): UploadId {
  if (isUploadId(uploadId)) return uploadId;
  throw new ReelkeepError('usage', 'an upload id is 32 hex digits');
}
