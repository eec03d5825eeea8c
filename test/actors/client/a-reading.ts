/** Files that are read from false keepers, and a master that says where they are. */
import { onTestFinished } from 'vitest';
import { FileReaders } from '../../../src/actors/client/file-readers.js';
import type { Resources } from '../../../src/actors/client/resources.js';
import type { KeeperLender } from '../../../src/actors/runtime/keeper-connections.js';
import { chunkBytes } from '../../../src/domain/chunk-plan.js';
import { ReelkeepError } from '../../../src/domain/errors.js';
import { keeperId, wallMs } from '../../../src/domain/ids.js';
import { encodeManifest, type Manifest } from '../../../src/domain/manifest.js';
import { toFileMessage } from '../../../src/rpc/file-message.js';
import { blake3 } from '../../../src/storage/blake3.js';
import { ChunkBuffers } from '../../../src/transfer/chunk-buffers.js';
import type { GetOrder } from '../../../src/transfer/transfer-connection.js';
import { aFile, chunkOf } from './a-download.js';

/** What a keeper does when it is asked for chunks. */
export type Behavior = (order: GetOrder, bytes: Buffer) => Promise<void>;

export const soundly: Behavior = async ({ range, onChunk, buffers, signal }, bytes) => {
  const index = range.first;
  const buffer = await buffers.acquire(signal);
  const chunk = chunkOf(bytes, index);
  buffer.bytes.set(chunk);
  const arrived = { index, buffer, length: chunk.length, digest: blake3(chunk) };
  await onChunk(arrived).finally(() => buffers.release(buffer));
  // For the end of the answer.
  buffers.release(await buffers.acquire(signal));
};

export const wrongly: Behavior = (order, bytes) => {
  const wrong = Buffer.from(bytes);
  wrong.write('wrong', order.range.first * chunkBytes);
  return soundly(order, wrong);
};

export const failing =
  (code: 'unavailable' | 'not-found'): Behavior =>
  async () => {
    throw new ReelkeepError(code, `it is ${code}`);
  };

export const silently: Behavior = ({ signal }) =>
  new Promise((_, reject) => {
    signal?.addEventListener('abort', () => reject(signal.reason), { once: true });
  });

export interface Reading {
  readonly readers: FileReaders;
  /** Of the file that the master tells of first. */
  readonly bytes: Buffer;
  readonly manifest: Manifest;
  /** Who was asked for which chunk, in order. */
  readonly asked: readonly string[];
  readonly badReports: readonly string[];
  /** How often the master was asked, and manifests were read. */
  readonly count: { locates: number; manifests: number };
  /** What the master says from now on. */
  says: (file: Manifest | ReelkeepError) => void;
  read(from: number, to: number, signal?: AbortSignal): Promise<Buffer>;
}

export function aReading(
  size: number,
  behaviors: Readonly<Record<string, Behavior>>,
  given: { readonly chunksReadMax?: number; readonly patienceMs?: number } = {},
): Reading {
  const { bytes, manifest } = aFile(size);
  let told: Manifest | ReelkeepError = manifest;
  const asked: string[] = [];
  const badReports: string[] = [];
  const count = { locates: 0, manifests: 0 };
  const master = {
    locate: async () => {
      count.locates += 1;
      if (told instanceof ReelkeepError) throw told;
      return { file: messageOf(told), sources: Object.keys(behaviors).map(sourceOf) };
    },
    reportBadReplica: async (report: { readonly keeperId: string; readonly chunk: number }) => {
      badReports.push(`${report.keeperId} ${report.chunk}`);
      return {};
    },
  };
  const keepers: KeeperLender = {
    take: async ({ keeper }) => ({
      reused: false,
      release: () => undefined,
      connection: {
        put: () => Promise.reject(new Error('nothing is put here')),
        manifest: async () => {
          count.manifests += 1;
          return encodeManifest(manifest, blake3);
        },
        get: (order: GetOrder) => {
          asked.push(`${keeper} ${order.range.first}`);
          return (behaviors[keeper] ?? soundly)(order, bytes);
        },
      },
    }),
  };
  const over = new AbortController();
  const readers = new FileReaders({
    master,
    keepers,
    buffers: new ChunkBuffers({ buffersMax: 4 }),
    signal: over.signal,
    patienceMs: 30_000,
    chunksReadMax: 16,
    ...given,
  } as unknown as Resources);
  onTestFinished(async () => {
    over.abort(new Error('the test is over'));
    await readers.close();
  });
  return {
    readers,
    bytes,
    manifest,
    asked,
    badReports,
    count,
    says: (file) => {
      told = file;
    },
    read: async (from, to, signal = new AbortController().signal) => {
      const { read } = await readers.open('a.mp4');
      const pieces: Buffer[] = [];
      for await (const piece of read(from, to, signal)) pieces.push(piece);
      return Buffer.concat(pieces);
    },
  };
}

const sourceOf = (keeper: string) => ({
  keeperId: keeper,
  host: '127.0.0.1',
  port: 1,
  tls: false,
  ticket: { claims: new Uint8Array(), proofKey: new Uint8Array() },
});

const messageOf = ({ chunkDigests: _, uploadId: __, ...facts }: Manifest) =>
  toFileMessage({
    ...facts,
    replicas: [
      {
        keeper: keeperId('a'),
        address: '127.0.0.1:1',
        state: 'live',
        verifiedAt: wallMs(0),
        path: 'objects/aa',
      },
    ],
  });
