import { constants } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import type { FileId } from '../domain/ids.js';
import { decodeManifest, type Manifest, manifestBytesMax } from '../domain/manifest.js';
import { blake3 } from './blake3.js';
import { hasCode, unlessAbsent } from './disk-error.js';

export type ManifestFile =
  | { readonly state: 'sound'; readonly manifest: Manifest; readonly bytes: Uint8Array }
  | { readonly state: 'bad'; readonly reason: string }
  | { readonly state: 'absent' };

/** @throws the error of the disk when it cannot be read: nothing is known of it then. */
export async function readManifestFile(path: string, fileId: FileId): Promise<ManifestFile> {
  const handle = await openOwnFile(path);
  if (handle === undefined || handle === 'link') return judgeManifest(handle ?? 'absent', fileId);
  try {
    const { size } = await handle.stat();
    if (size > manifestBytesMax) return judgeManifest('too long', fileId);
    return judgeManifest(await handle.readFile(), fileId);
  } finally {
    await handle.close();
  }
}

/** What a task has found under the manifest's name. */
export function judgeManifest(
  found: Uint8Array | 'absent' | 'link' | 'too long',
  fileId: FileId,
): ManifestFile {
  if (found === 'absent') return { state: 'absent' };
  if (typeof found === 'string') return { state: 'bad', reason: reasons[found] };
  const verdict = decodeManifest(found, blake3);
  if (!verdict.ok) return { state: 'bad', reason: verdict.reason };
  if (verdict.manifest.fileId !== fileId)
    return { state: 'bad', reason: 'the manifest is of another file' };
  return { state: 'sound', manifest: verdict.manifest, bytes: found };
}

const reasons = { link: 'the manifest is a link', 'too long': 'the manifest is too long' } as const;

/** Opens a file for reading without following a link at its end. */
export async function openOwnFile(path: string): Promise<FileHandle | 'link' | undefined> {
  try {
    return await unlessAbsent(open(path, constants.O_RDONLY | constants.O_NOFOLLOW));
  } catch (error) {
    if (hasCode(error, 'ELOOP', 'EMLINK')) return 'link';
    throw error;
  }
}
