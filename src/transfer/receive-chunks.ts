/** Receives chunks, and has several of them worked on while the next one arrives. */
import { type ErrorCode, ReelkeepError } from '../domain/errors.js';
import { digest } from '../domain/ids.js';
import type { BufferSource } from './chunk-buffers.js';
import { ChunkSequence, type SequencePlan } from './chunk-sequence.js';
import type { ArrivedChunk, TransferTotals } from './chunk-source.js';
import { ChunkTasks, unlessAborted } from './chunk-tasks.js';
import type { FramedSocket } from './framed-socket.js';
import type { ChunkFrame, EndFrame, FrameType, VerdictFrame } from './frames.js';
import { refusalOf } from './keeper-refused.js';

export interface ReceiveChunks {
  readonly socket: FramedSocket;
  /** A buffer is taken before the next frame is read: without one nothing is read. */
  readonly buffers: BufferSource;
  readonly plan: SequencePlan;
  /** What else than chunks may come: the end, or from a keeper its verdict. */
  readonly accept: 'end' | 'end or verdict';
  /** What it is called when chunks come that must not. */
  readonly violationCode: ErrorCode;
  /** The buffer is taken back when this settles; a rejection ends the transfer. */
  take(chunk: ArrivedChunk): Promise<void>;
}

export interface Intake {
  /** Resolves when the end frame has come; the last chunks may still be worked on. */
  readonly arrived: Promise<void>;
  /** Resolves with the totals when every chunk was taken; rejects at the first failure. */
  readonly totals: Promise<TransferTotals>;
  /**
   * Resolves when all buffers are back. After a failure the socket may still be
   * reading into one: that one comes back when the connection ends.
   */
  readonly settled: Promise<void>;
}

const acceptable = {
  end: ['chunk', 'end'],
  'end or verdict': ['chunk', 'end', 'verdict'],
} as const satisfies Record<ReceiveChunks['accept'], readonly FrameType[]>;

export function receiveChunks(options: ReceiveChunks): Intake {
  const tasks = new ChunkTasks(options.socket.signal);
  const abandoned: Promise<void>[] = [];
  const reading = readToEnd(options, tasks, abandoned).catch((error: unknown) => {
    tasks.fail(error);
    throw error;
  });
  const totals = reading.then(ignore, ignore).then(async () => {
    await tasks.settle();
    return reading;
  });
  const settled = totals.then(ignore, ignore).then(() => Promise.all(abandoned).then(ignore));
  const arrived = reading.then(ignore);
  // Whoever waits for the totals alone learns of the same failure there.
  arrived.catch(ignore);
  return { arrived, totals, settled };
}

async function readToEnd(
  options: ReceiveChunks,
  tasks: ChunkTasks,
  abandoned: Promise<void>[],
): Promise<TransferTotals> {
  const { socket, buffers, accept } = options;
  const sequence = new ChunkSequence(options.plan);
  for (;;) {
    const into = await buffers.acquire(tasks.signal);
    const arriving = socket.receive({ accept: acceptable[accept], into }, { kind: 'pace' });
    const frame = await unlessAborted(arriving, tasks.signal).catch((error: unknown) => {
      abandoned.push(arriving.then(ignore, ignore).then(() => buffers.release(into)));
      throw error;
    });
    if (frame.type === 'chunk') {
      tasks.start(takeChunk(options, sequence, frame));
    } else {
      buffers.release(into);
      return judgeEnd(options, sequence, frame);
    }
  }
}

async function takeChunk(
  { take, buffers, violationCode }: ReceiveChunks,
  sequence: ChunkSequence,
  { index, length, digest: declared, into }: ChunkFrame,
): Promise<void> {
  try {
    const wrong = sequence.add({ index, length });
    if (wrong !== undefined) throw new ReelkeepError(violationCode, wrong);
    await take({ index, buffer: into, length, digest: declared });
  } finally {
    buffers.release(into);
  }
}

function judgeEnd(
  { violationCode }: ReceiveChunks,
  sequence: ChunkSequence,
  frame: EndFrame | VerdictFrame,
): TransferTotals {
  if (frame.type === 'verdict') throw refusalOf(frame);
  const wrong = sequence.end(frame);
  if (wrong !== undefined) throw new ReelkeepError(violationCode, wrong);
  const { bytes: size, chunks } = frame;
  return { size, chunks, digest: digest(frame.digest.toString('hex')) };
}

const ignore = (): void => undefined;
