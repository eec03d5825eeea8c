/** The receiver's side of a GET and of a MANIFEST. */
import { blake3 } from '@napi-rs/blake-hash';
import { ReelkeepError } from '../domain/errors.js';
import type { BufferSource } from './chunk-buffers.js';
import { planUpTo, type SequencePlan } from './chunk-sequence.js';
import type { ArrivedChunk, TransferTotals } from './chunk-source.js';
import type { FramedSocket } from './framed-socket.js';
import { asReelkeepError, KeeperRefused, refusalOf } from './keeper-refused.js';
import { receiveChunks } from './receive-chunks.js';

export interface GetChunks {
  readonly socket: FramedSocket;
  readonly buffers: BufferSource;
  readonly plan: SequencePlan;
  take(chunk: ArrivedChunk): Promise<void>;
  /** The verdict has been read: the connection is free for the next answer. */
  onRead(): void;
}

/** Resolves when every chunk was taken and the keeper's verdict is ok; all buffers are back in any case. */
export async function getChunks(options: GetChunks): Promise<TransferTotals> {
  const { socket, onRead } = options;
  const intake = receiveChunks({
    ...options,
    accept: 'end or verdict',
    violationCode: 'integrity',
  });
  try {
    await intake.arrived;
    const verdict = await socket.receive({ accept: ['verdict'] }, { kind: 'pace' });
    onRead();
    if (verdict.code !== 'ok') throw refusalOf(verdict);
    return await intake.totals;
  } catch (error) {
    if (!(error instanceof KeeperRefused)) socket.destroy(asReelkeepError(error));
    throw error;
  } finally {
    await intake.settled;
  }
}

/** The manifest's bytes, which have the digest that the keeper gives for them. */
export async function getManifest(
  options: Omit<GetChunks, 'plan' | 'take'> & { readonly bytesMax: number },
): Promise<Uint8Array> {
  const parts: Buffer[] = [];
  const { digest } = await getChunks({
    ...options,
    plan: planUpTo(options.bytesMax),
    take: async ({ buffer, length }) => {
      parts.push(Buffer.from(buffer.bytes.subarray(0, length)));
    },
  });
  const manifest = Buffer.concat(parts);
  if (blake3(manifest).toString('hex') !== digest) {
    throw new ReelkeepError('integrity', 'the manifest differs from the digest that came with it');
  }
  return manifest;
}
