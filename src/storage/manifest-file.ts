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
  if (handle === undefined) return { state: 'absent' };
  if (handle === 'link') return { state: 'bad', reason: 'the manifest is a link' };
  try {
    const { size } = await handle.stat();
    if (size > manifestBytesMax) return { state: 'bad', reason: 'the manifest is too long' };
    const bytes = await handle.readFile();
    const verdict = decodeManifest(bytes, blake3);
    if (!verdict.ok) return { state: 'bad', reason: verdict.reason };
    if (verdict.manifest.fileId !== fileId)
      return { state: 'bad', reason: 'the manifest is of another file' };
    return { state: 'sound', manifest: verdict.manifest, bytes };
  } finally {
    await handle.close();
  }
}

/** Opens a file for reading without following a link at its end. */
export async function openOwnFile(path: string): Promise<FileHandle | 'link' | undefined> {
  try {
    return await unlessAbsent(open(path, constants.O_RDONLY | constants.O_NOFOLLOW));
  } catch (error) {
    if (hasCode(error, 'ELOOP', 'EMLINK')) return 'link';
    throw error;
  }
}
