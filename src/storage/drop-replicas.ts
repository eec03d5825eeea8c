/** Deleting: unlink, sync the directories, and only then say so. */
import { ReelkeepError } from '../domain/errors.js';
import type { FileId, UploadId } from '../domain/ids.js';
import { isSystemError, toDiskError } from './disk-error.js';
import { readManifestFile } from './manifest-file.js';
import { fileBytes, removeObject, removePair, type StoreParts } from './replica-files.js';

export interface DropReport {
  /** Off the disk for certain, those included that were not on it. */
  readonly dropped: readonly FileId[];
  /** Nothing certain is known of these; the others are not held up by them. */
  readonly failed: readonly { readonly fileId: FileId; readonly error: ReelkeepError }[];
}

/** Takes everything of the files off the disk, what was set aside included. */
export function dropReplicas(parts: StoreParts, fileIds: readonly FileId[]): Promise<DropReport> {
  return drop(parts, fileIds, async (fileId) => {
    await removeObject(parts, fileId);
    const { quarantine } = parts.layout;
    const hadAside = await removePair(parts.layout.quarantined(fileId));
    const bucket = parts.layout.bucket(fileId);
    // A name that was removed before, by whoever gave it up, may not be off the disk yet.
    return [
      ...((await fileBytes(bucket)) === undefined ? [] : [bucket]),
      ...(hadAside || parts.sync.isUnsynced(quarantine) ? [quarantine] : []),
    ];
  });
}

/** Takes only what was set aside off the disk. */
export function dropQuarantined(
  parts: StoreParts,
  fileIds: readonly FileId[],
): Promise<DropReport> {
  return drop(parts, fileIds, async (fileId) => {
    await removePair(parts.layout.quarantined(fileId));
    return [parts.layout.quarantine];
  });
}

/** Takes a published replica off the disk, if it came of this upload. Answers whether it did. */
export async function dropUpload(
  parts: StoreParts,
  fileId: FileId,
  uploadId: UploadId,
): Promise<boolean> {
  const { layout, place, sync, turns } = parts;
  try {
    return await turns.run(fileId, async () => {
      // nothing is absent from a root that is not there
      await place.requireThere();
      const file = await readManifestFile(layout.object(fileId).manifest, fileId);
      if (file.state !== 'sound' || file.manifest.uploadId !== uploadId) return false;
      await removeObject(parts, fileId);
      await sync.directory(layout.bucket(fileId));
      return true;
    });
  } catch (error) {
    sync.noteError(error);
    throw toDiskError('discarding an upload', error);
  }
}

/** @param remove answers the directories that it changed. */
async function drop(
  parts: StoreParts,
  fileIds: readonly FileId[],
  remove: (fileId: FileId) => Promise<readonly string[]>,
): Promise<DropReport> {
  // nothing is absent from a root that is not there: it may only be unmounted
  const findRoot = () => attempt(parts, () => parts.place.requireThere());
  const unknown = (error: ReelkeepError): DropReport => ({
    dropped: [],
    failed: fileIds.map((fileId) => ({ fileId, error })),
  });
  const before = await findRoot();
  if (before !== undefined) return unknown(before);
  const failed: { fileId: FileId; error: ReelkeepError }[] = [];
  const changed = new Map<string, FileId[]>();
  for (const fileId of fileIds) {
    const error = await attempt(parts, async () => {
      const directories = await parts.turns.run(fileId, () => remove(fileId));
      for (const path of directories) changed.set(path, [...(changed.get(path) ?? []), fileId]);
    });
    if (error !== undefined) failed.push({ fileId, error });
  }
  for (const [path, ids] of changed) {
    const error = await attempt(parts, () => parts.sync.directory(path));
    if (error !== undefined) failed.push(...ids.map((fileId) => ({ fileId, error })));
  }
  const after = await findRoot();
  if (after !== undefined) return unknown(after);
  const uncertain = new Set(failed.map(({ fileId }) => fileId));
  return { dropped: fileIds.filter((fileId) => !uncertain.has(fileId)), failed };
}

async function attempt(
  { sync }: StoreParts,
  work: () => Promise<void>,
): Promise<ReelkeepError | undefined> {
  try {
    await work();
    return undefined;
  } catch (error) {
    sync.noteError(error);
    const refusal = isSystemError(error) ? toDiskError('dropping a replica', error) : error;
    if (refusal instanceof ReelkeepError) return refusal;
    throw error;
  }
}
