/** The keeper's side of a PUT. */
import { wholeFile } from '../domain/chunk-plan.js';
import type { BufferSource } from './chunk-buffers.js';
import { planOfRange } from './chunk-sequence.js';
import type { FramedSocket } from './framed-socket.js';
import type { PutSink, TransferLog } from './handlers.js';
import { receiveChunks } from './receive-chunks.js';
import type { TransferCounters } from './transfer-counters.js';

export interface ServePut {
  readonly socket: FramedSocket;
  readonly buffers: BufferSource;
  readonly sink: PutSink;
  /** As the ticket says. */
  readonly size: number;
  readonly log: TransferLog | undefined;
  readonly counters: Pick<TransferCounters, 'receivedBytes'>;
}

/**
 * Resolves when the sink has finished. After a failure the connection is out of step, for
 * the sender may have more chunks on the way.
 */
export async function servePut({
  socket,
  buffers,
  sink,
  size,
  log,
  counters,
}: ServePut): Promise<void> {
  const intake = receiveChunks({
    socket,
    buffers,
    plan: planOfRange(size, wholeFile(size)),
    accept: 'end',
    violationCode: 'usage',
    take({ index, buffer, length, digest }) {
      counters.receivedBytes += length;
      return sink.writeChunk(index, buffer, length, digest);
    },
  });
  try {
    const totals = await intake.totals;
    await sink.finish(totals);
  } catch (failure) {
    await sink.abort(failure).catch((error: unknown) => {
      log?.warn({ err: error }, 'an upload that failed could not be put away');
    });
    throw failure;
  }
}
