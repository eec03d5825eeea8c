/** Sends chunks in order, while the next ones are being read. */
import assert from 'node:assert/strict';
import { type ChunkRange, chunkLength, digestBytes } from '../domain/chunk-plan.js';
import type { BufferSource, ChunkBuffer } from './chunk-buffers.js';
import type { ChunkSource } from './chunk-source.js';
import { ChunkTasks } from './chunk-tasks.js';
import type { FramedSocket } from './framed-socket.js';
import { encodeChunkHeader } from './frames.js';

export interface SendChunks {
  readonly socket: FramedSocket;
  readonly source: ChunkSource;
  readonly range: ChunkRange;
  /** Bounds how far ahead is read. */
  readonly buffers: BufferSource;
  /** Called with the length of each chunk that has left. */
  readonly onSent?: ((bytes: number) => void) | undefined;
}

/** A chunk whose turn to be sent has come. */
interface Queued {
  readonly length: number;
  readonly sent: Promise<void>;
}

/**
 * Resolves when the last chunk has left. When it rejects all buffers are back, and
 * what was sent is a whole number of frames unless the connection itself failed.
 */
export async function sendChunks(options: SendChunks): Promise<void> {
  const { socket, range, buffers } = options;
  const tasks = new ChunkTasks(socket.signal);
  let previous: Promise<unknown> = Promise.resolve();
  try {
    for (let index = range.first; index < range.first + range.count; index++) {
      const buffer = await buffers.acquire(tasks.signal);
      const queued = queueChunk(options, index, buffer, previous);
      tasks.start(finishChunk(options, buffer, queued));
      previous = queued;
    }
  } catch (aborted) {
    tasks.fail(aborted);
  }
  await tasks.settle();
}

async function queueChunk(
  { socket, source }: SendChunks,
  index: number,
  buffer: ChunkBuffer,
  previous: Promise<unknown>,
): Promise<Queued> {
  const [reading, turn] = await Promise.allSettled([source.readChunk(index, buffer), previous]);
  if (turn.status === 'rejected') throw turn.reason;
  if (reading.status === 'rejected') throw reading.reason;
  const { length, digest } = reading.value;
  assert.equal(length, chunkLength(source.size, index), `length of chunk ${index}`);
  assert.equal(digest.length, digestBytes, `length of the digest of chunk ${index}`);
  const header = encodeChunkHeader(index, length, digest);
  return { length, sent: socket.send(header, buffer.bytes.subarray(0, length)) };
}

async function finishChunk(
  { buffers, onSent }: SendChunks,
  buffer: ChunkBuffer,
  queued: Promise<Queued>,
): Promise<void> {
  try {
    const { length, sent } = await queued;
    await sent;
    onSent?.(length);
  } finally {
    buffers.release(buffer);
  }
}
