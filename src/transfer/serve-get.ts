/** The keeper's side of a GET and of a MANIFEST. */
import { blake3 } from '@napi-rs/blake-hash';
import { type ChunkRange, chunkBytes, rangeBytes } from '../domain/chunk-plan.js';
import { ReelkeepError } from '../domain/errors.js';
import type { BufferSource } from './chunk-buffers.js';
import type { FramedSocket } from './framed-socket.js';
import { encodeChunkHeader, encodeEnd } from './frames.js';
import type { ReadSource, TransferLog } from './handlers.js';
import { sendChunks } from './send-chunks.js';

export interface ServeGet {
  readonly socket: FramedSocket;
  readonly buffers: BufferSource;
  readonly source: ReadSource;
  readonly range: ChunkRange;
  /** As the ticket says. */
  readonly size: number;
  readonly log: TransferLog | undefined;
  /** Called with the length of each chunk that has left. */
  readonly onSent: (bytes: number) => void;
}

/** Sends whole frames only, so that a verdict can follow a failure. */
export async function serveGet(options: ServeGet): Promise<void> {
  const { socket, source, range, size, log } = options;
  try {
    if (source.size !== size) {
      throw new ReelkeepError(
        'integrity',
        `the replica has ${source.size} bytes, the file ${size}`,
      );
    }
    await sendChunks(options);
    await socket.send(
      encodeEnd({
        bytes: rangeBytes(size, range),
        chunks: range.count,
        digest: Buffer.from(source.digest, 'hex'),
      }),
    );
  } finally {
    await source.close().catch((error: unknown) => {
      log?.warn({ err: error }, 'a replica that was read could not be closed');
    });
  }
}

export async function serveManifest(
  socket: FramedSocket,
  manifest: Uint8Array,
  bytesMax: number,
): Promise<void> {
  if (manifest.length > bytesMax) {
    throw new ReelkeepError('internal', `a manifest of ${manifest.length} bytes is too large`);
  }
  let chunks = 0;
  for (let from = 0; from < manifest.length; from += chunkBytes) {
    const bytes = manifest.subarray(from, from + chunkBytes);
    await socket.send(encodeChunkHeader(chunks, bytes.length, blake3(bytes)), bytes);
    chunks += 1;
  }
  await socket.send(encodeEnd({ bytes: manifest.length, chunks, digest: blake3(manifest) }));
}
