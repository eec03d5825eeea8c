/** The sender's side of a PUT. */
import { wholeFile } from '../domain/chunk-plan.js';
import { ReelkeepError } from '../domain/errors.js';
import type { Digest } from '../domain/ids.js';
import type { BufferSource } from './chunk-buffers.js';
import type { ChunkSource } from './chunk-source.js';
import type { FramedSocket } from './framed-socket.js';
import { encodeEnd, type VerdictFrame } from './frames.js';
import { KeeperRefused, refusalOf } from './keeper-refused.js';
import { sendChunks } from './send-chunks.js';

export interface PutSource extends ChunkSource {
  /** Of the whole file; asked for once, after every chunk was read. */
  digest(): Promise<Digest>;
}

export interface PutFile {
  readonly socket: FramedSocket;
  readonly source: PutSource;
  readonly buffers: BufferSource;
  readonly verdictTimeoutMs: number;
  readonly onSent: ((bytes: number) => void) | undefined;
}

/**
 * Resolves when the keeper says that the file is durable. The keeper's verdict is
 * listened for from the start: one that comes before the end stops the sending.
 */
export async function putFile(options: PutFile): Promise<void> {
  const { socket, source } = options;
  let atEnd = false;
  const verdict = socket.receive({ accept: ['verdict'] }, { kind: 'endless' });
  verdict.then((early) => {
    if (!atEnd) socket.destroy(refusalOf(early));
  }, toldElsewhere);
  const range = wholeFile(source.size);
  await sendChunks({ ...options, range });
  const digest = Buffer.from(await source.digest(), 'hex');
  socket.signal.throwIfAborted();
  atEnd = true;
  const sent = socket.send(encodeEnd({ bytes: source.size, chunks: range.count, digest }));
  sent.catch(toldElsewhere);
  await judgeVerdict(verdict, options);
}

/** Once the end was sent, only the keeper's word tells what became of the file. */
async function judgeVerdict(
  verdict: Promise<VerdictFrame>,
  { socket, verdictTimeoutMs }: PutFile,
): Promise<void> {
  const late = () => socket.destroy(new ReelkeepError('unavailable', 'the keeper gave no verdict'));
  const timer = setTimeout(late, verdictTimeoutMs);
  try {
    const answer = await verdict;
    if (answer.code !== 'ok') throw refusalOf(answer);
  } catch (error) {
    if (error instanceof KeeperRefused) throw error;
    const detail = 'the connection ended after the whole file was sent and before the verdict';
    throw new ReelkeepError('unknown-outcome', detail, { cause: error });
  } finally {
    clearTimeout(timer);
  }
}

/** A failed connection rejects every promise on it; one of them is enough to learn of it. */
const toldElsewhere = (): void => undefined;
