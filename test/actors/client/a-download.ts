import {
  chunkBytes,
  chunkCount,
  chunkLength,
  digestBytes,
} from '../../../src/domain/chunk-plan.js';
import { fileId, uploadId, wallMs } from '../../../src/domain/ids.js';
import type { Manifest } from '../../../src/domain/manifest.js';
import { blake3, digestOf } from '../../../src/storage/blake3.js';
import type { ChunkBuffer } from '../../../src/transfer/chunk-buffers.js';

/** Bytes that tell chunk from chunk, and what a keeper's manifest says of them. */
export function aFile(size: number): { readonly bytes: Buffer; readonly manifest: Manifest } {
  const bytes = Buffer.alloc(size);
  for (let index = 0; index < chunkCount(size); index += 1)
    bytes.fill(
      `chunk ${index} `,
      index * chunkBytes,
      index * chunkBytes + chunkLength(size, index),
    );
  const chunkDigests = new Uint8Array(chunkCount(size) * digestBytes);
  for (let index = 0; index < chunkCount(size); index += 1)
    chunkDigests.set(blake3(chunkOf(bytes, index)), index * digestBytes);
  const manifest = {
    fileId: fileId('a'.repeat(32)),
    uploadId: uploadId('b'.repeat(32)),
    name: 'a.mp4',
    size,
    digest: digestOf(blake3(chunkDigests)),
    createdAt: wallMs(0),
    target: 3,
    mp4: { kind: 'not mp4' },
    chunkDigests,
  } as const;
  return { bytes, manifest };
}

export const chunkOf = (bytes: Buffer, index: number): Buffer =>
  bytes.subarray(index * chunkBytes, index * chunkBytes + chunkLength(bytes.length, index));

export function aBuffer(content: Uint8Array): ChunkBuffer {
  const shared = new SharedArrayBuffer(chunkBytes);
  const bytes = Buffer.from(shared);
  bytes.set(content);
  return { shared, bytes };
}
