/**
 * The manifest that lies beside each replica: the digests of its chunks, and what the file is.
 *
 * It serves readers, which check it against the file's digest, and whoever must rebuild a table or
 * a named tree from keepers' disks. It never vouches for the bytes beside it: only the digest in
 * the master's table does.
 *
 * Layout, numbers big-endian:
 *
 *   magic 8 │ version u32 │ header length u32 │ header, JSON in UTF-8 │ chunk digests, 32 each │ checksum 32
 *
 * The checksum is BLAKE3 of everything before it.
 */
import assert from 'node:assert/strict';
import { chunkCount, digestBytes, fileBytesMax } from './chunk-plan.js';
import {
  type Digest,
  digest,
  type FileId,
  isDigest,
  isFileId,
  isUploadId,
  type UploadId,
  type WallMs,
  wallMs,
} from './ids.js';
import type { Mp4Facts } from './mp4-facts.js';
import { isMp4Facts } from './mp4-facts-check.js';

export interface Manifest {
  readonly fileId: FileId;
  readonly uploadId: UploadId;
  /** At the time of the upload; a rename changes the table only. */
  readonly name: string;
  /** Bytes. */
  readonly size: number;
  /** BLAKE3 of `chunkDigests`. */
  readonly digest: Digest;
  readonly createdAt: WallMs;
  readonly target: number;
  readonly mp4: Mp4Facts;
  /** `digestBytes` for each chunk, in order. */
  readonly chunkDigests: Uint8Array;
}

export type ManifestVerdict =
  | { readonly ok: true; readonly manifest: Manifest }
  | { readonly ok: false; readonly reason: string };

/** BLAKE3 of the bytes, `digestBytes` long; given from outside because the domain imports nothing. */
export type HashBytes = (bytes: Uint8Array) => Uint8Array;

export const manifestVersion = 1;
const headerBytesMax = 64 * 1024;
const magic = new TextEncoder().encode('reelkeep');
const fixedBytes = magic.length + 8;

/** The longest manifest that any file can have, in bytes. */
export const manifestBytesMax =
  fixedBytes + headerBytesMax + (chunkCount(fileBytesMax) + 1) * digestBytes;

export function encodeManifest(manifest: Manifest, hash: HashBytes): Uint8Array {
  const { chunkDigests, ...facts } = manifest;
  assert(
    chunkDigests.length === chunkCount(manifest.size) * digestBytes,
    'a digest for each chunk',
  );
  assert(
    toDigest(hash(chunkDigests)) === manifest.digest,
    'the digest is that of the chunk digests',
  );
  const header = new TextEncoder().encode(JSON.stringify(facts));
  assert(header.length <= headerBytesMax, `a manifest header of ${header.length} bytes`);

  const checkedBytes = fixedBytes + header.length + chunkDigests.length;
  const bytes = new Uint8Array(checkedBytes + digestBytes);
  const view = new DataView(bytes.buffer);
  bytes.set(magic);
  view.setUint32(magic.length, manifestVersion);
  view.setUint32(magic.length + 4, header.length);
  bytes.set(header, fixedBytes);
  bytes.set(chunkDigests, fixedBytes + header.length);
  bytes.set(hash(bytes.subarray(0, checkedBytes)), checkedBytes);
  return bytes;
}

/** Anything but a whole, unchanged manifest of a known version is refused, with the reason. */
export function decodeManifest(bytes: Uint8Array, hash: HashBytes): ManifestVerdict {
  if (bytes.length < fixedBytes + digestBytes) return refuse('the manifest is too short');
  if (magic.some((byte, at) => bytes[at] !== byte)) return refuse('this is not a manifest');
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const version = view.getUint32(magic.length);
  if (version > manifestVersion) return refuse(`the manifest is of a newer version, ${version}`);
  if (version !== manifestVersion) return refuse(`the manifest is of no known version, ${version}`);
  const headerBytes = view.getUint32(magic.length + 4);
  const checkedBytes = bytes.length - digestBytes;
  if (headerBytes > headerBytesMax || fixedBytes + headerBytes > checkedBytes)
    return refuse('the header of the manifest is longer than can be');
  const checksum = hash(bytes.subarray(0, checkedBytes));
  if (!sameBytes(checksum, bytes.subarray(checkedBytes)))
    return refuse('the manifest does not match its checksum');

  const header = parseHeader(bytes.subarray(fixedBytes, fixedBytes + headerBytes));
  if (header === undefined) return refuse('the header of the manifest cannot be read');
  const chunkDigests = bytes.slice(fixedBytes + headerBytes, checkedBytes);
  if (chunkDigests.length !== chunkCount(header.size) * digestBytes)
    return refuse('the manifest has not one digest for each chunk');
  if (toDigest(hash(chunkDigests)) !== header.digest)
    return refuse('the digest in the manifest is not that of its chunks');
  return { ok: true, manifest: { ...header, chunkDigests } };
}

export function chunkDigest(manifest: Manifest, index: number): Uint8Array {
  assert(index >= 0 && index < chunkCount(manifest.size), `chunk ${index} of ${manifest.fileId}`);
  return manifest.chunkDigests.subarray(index * digestBytes, (index + 1) * digestBytes);
}

const refuse = (reason: string): ManifestVerdict => ({ ok: false, reason });

function parseHeader(bytes: Uint8Array): Omit<Manifest, 'chunkDigests'> | undefined {
  const header = parseJson(bytes);
  if (typeof header !== 'object' || header === null) return undefined;
  const { fileId, uploadId, name, size, digest, createdAt, target, mp4 } = header as Partial<
    Record<keyof Manifest, unknown>
  >;
  if (typeof fileId !== 'string' || !isFileId(fileId)) return undefined;
  if (typeof uploadId !== 'string' || !isUploadId(uploadId)) return undefined;
  if (typeof name !== 'string') return undefined;
  if (typeof digest !== 'string' || !isDigest(digest)) return undefined;
  if (!isCount(size) || size > fileBytesMax || !isCount(createdAt) || !isCount(target))
    return undefined;
  if (!isMp4Facts(mp4)) return undefined;
  return { fileId, uploadId, name, size, digest, createdAt: wallMs(createdAt), target, mp4 };
}

function parseJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch (error) {
    // SyntaxError of JSON, TypeError of bytes that are not UTF-8
    assert(error instanceof SyntaxError || error instanceof TypeError, String(error));
    return undefined;
  }
}

const isCount = (value: unknown): value is number =>
  Number.isSafeInteger(value) && Number(value) >= 0;

const sameBytes = (a: Uint8Array, b: Uint8Array): boolean =>
  a.length === b.length && a.every((byte, at) => b[at] === byte);

const toDigest = (bytes: Uint8Array): Digest =>
  digest(Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join(''));
