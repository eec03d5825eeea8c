/**
 * Whether the bytes on this disk are those that the master's table names.
 *
 * What does not match is set aside, never erased. A disk that answers with an error, or a root
 * that is not there any more, says nothing about the replica: that is `unknown`, not `absent`.
 */
import { lstat, readdir } from 'node:fs/promises';
import type { Digest, FileId } from '../domain/ids.js';
import { hasCode, isDiskFailure } from './disk-error.js';
import { openOwnFile, readManifestFile } from './manifest-file.js';
import { fileBytes, type StoreParts, setAside } from './replica-files.js';

/** What the master's table says. */
export interface ExpectedBytes {
  readonly size: number;
  readonly digest: Digest;
}

export type VerifyOutcome =
  /** With the answer to the challenge, if there was one. */
  | { readonly outcome: 'sound'; readonly proof?: Digest }
  | { readonly outcome: 'quarantined'; readonly reason: string }
  | { readonly outcome: 'absent' }
  | { readonly outcome: 'unknown'; readonly reason: string };

/** Called between two parts with the bytes of the first; what it rejects with ends the reading. */
export type ReadPause = (bytes: number) => Promise<void>;

export interface Reading {
  readonly pause?: ReadPause;
  /** 32 bytes; as `FileReading` of the pool says. */
  readonly challenge?: Uint8Array;
}

export async function verifyReplica(
  parts: StoreParts,
  fileId: FileId,
  expected: ExpectedBytes,
  reading: Reading = {},
): Promise<VerifyOutcome> {
  try {
    return await parts.place.whileThere(() => judge(parts, fileId, expected, reading));
  } catch (error) {
    if (!isDiskFailure(error)) throw error;
    parts.sync.noteError(error);
    return { outcome: 'unknown', reason: error.message };
  }
}

async function judge(
  parts: StoreParts,
  fileId: FileId,
  expected: ExpectedBytes,
  reading: Reading,
): Promise<VerifyOutcome> {
  const data = await openOwnFile(parts.layout.object(fileId).data);
  if (data === undefined) return explainAbsence(parts, fileId);
  if (data === 'link') return quarantine(parts, fileId, 'it is a link');
  try {
    const { size, ino } = await data.stat({ bigint: true });
    if (size !== BigInt(expected.size))
      return await quarantine(parts, fileId, `it has ${size} bytes, not ${expected.size}`, ino);
    const hashed = await parts.pool.hashFile(data.fd, expected.size, reading);
    if (!hashed.ok && hashed.failure === 'disk') {
      parts.sync.noteCode(hashed.code, hashed.detail);
      return { outcome: 'unknown', reason: hashed.detail };
    }
    if (!hashed.ok || hashed.digest !== expected.digest)
      return await quarantine(parts, fileId, 'its bytes do not match their digest', ino);
    const reason = await faultOfManifest(parts, fileId, expected);
    const { proof } = hashed;
    if (reason === undefined) return { outcome: 'sound', ...(proof && { proof }) };
    return await quarantine(parts, fileId, reason, ino);
  } finally {
    await data.close();
  }
}

async function faultOfManifest(
  { layout }: StoreParts,
  fileId: FileId,
  expected: ExpectedBytes,
): Promise<string | undefined> {
  const file = await readManifestFile(layout.object(fileId).manifest, fileId);
  if (file.state === 'absent') return 'its manifest is missing';
  if (file.state === 'bad') return file.reason;
  return file.manifest.digest === expected.digest ? undefined : 'its manifest is of other bytes';
}

/** @param ino of the file that was judged: another one under the same name is not touched. */
async function quarantine(
  parts: StoreParts,
  fileId: FileId,
  reason: string,
  ino?: bigint,
): Promise<VerifyOutcome> {
  return parts.turns.run(fileId, async () => {
    if (ino !== undefined && (await inodeOf(parts.layout.object(fileId).data)) !== ino)
      return { outcome: 'unknown', reason: 'it changed while it was being read' };
    await setAside(parts, fileId);
    return { outcome: 'quarantined', reason };
  });
}

async function explainAbsence(parts: StoreParts, fileId: FileId): Promise<VerifyOutcome> {
  const { layout } = parts;
  if (await isManifestAlone(parts, fileId)) {
    return parts.turns.run(fileId, async () => {
      if (!(await isManifestAlone(parts, fileId)))
        return { outcome: 'unknown', reason: 'it changed while it was being looked at' };
      await setAside(parts, fileId);
      return { outcome: 'quarantined', reason: 'its data is missing' };
    });
  }
  if ((await fileBytes(layout.quarantined(fileId).data)) !== undefined)
    return { outcome: 'quarantined', reason: 'it was set aside before' };
  // throws when the root is unmounted or sick, which is then unknown
  await readdir(layout.objects);
  try {
    await readdir(layout.bucket(fileId));
  } catch (error) {
    if (!hasCode(error, 'ENOENT')) throw error;
  }
  return { outcome: 'absent' };
}

async function isManifestAlone({ layout }: StoreParts, fileId: FileId): Promise<boolean> {
  const { data, manifest } = layout.object(fileId);
  return (await fileBytes(manifest)) !== undefined && (await fileBytes(data)) === undefined;
}

async function inodeOf(path: string): Promise<bigint | undefined> {
  try {
    return (await lstat(path, { bigint: true })).ino;
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return undefined;
    throw error;
  }
}
