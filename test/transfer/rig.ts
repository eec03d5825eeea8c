/** A keeper's transfer server on loopback with files in memory, and tickets for it. */
import { randomBytes } from 'node:crypto';
import { Blake3Hasher, blake3 } from '@napi-rs/blake-hash';
import { expect, vi } from 'vitest';
import { chunkBytes, chunkCount, chunkLength, chunkOffset } from '../../src/domain/chunk-plan.js';
import { ReelkeepError } from '../../src/domain/errors.js';
import {
  type Digest,
  digest,
  type FileId,
  fileId,
  keeperId,
  type UploadId,
  uploadId,
} from '../../src/domain/ids.js';
import type { OwnCredentials } from '../../src/domain/own-credentials.js';
import type { TicketClaims } from '../../src/domain/ticket.js';
import { ChunkBuffers } from '../../src/transfer/chunk-buffers.js';
import type { ArrivedChunk, ChunkRead, TransferTotals } from '../../src/transfer/chunk-source.js';
import type {
  KeeperAuthority,
  PutSink,
  ReadSource,
  RefusedRequest,
  TransferHandlers,
} from '../../src/transfer/handlers.js';
import type { TransferOptions } from '../../src/transfer/limits.js';
import type { PutSource } from '../../src/transfer/put-file.js';
import { type SignedTicket, signTicket } from '../../src/transfer/ticket-proof.js';
import { TransferConnection } from '../../src/transfer/transfer-connection.js';
import type { TransferCounters } from '../../src/transfer/transfer-counters.js';
import { TransferServer } from '../../src/transfer/transfer-server.js';

export const key = Buffer.alloc(32, 'k');
export const aFileId: FileId = fileId('f0'.repeat(16));
export const anUploadId: UploadId = uploadId('a1'.repeat(16));

export interface Upload {
  readonly chunks: Buffer[];
  totals?: TransferTotals;
  readonly aborts: unknown[];
}

export interface RigOptions {
  /** What GET and MANIFEST serve. */
  readonly bytes?: Buffer;
  readonly handlers?: Partial<TransferHandlers>;
  readonly authority?: Partial<KeeperAuthority>;
  readonly limits?: TransferOptions;
  /** For TLS. */
  readonly credentials?: OwnCredentials;
  readonly counters?: TransferCounters;
}

export interface Deferred {
  readonly promise: Promise<void>;
  resolve(): void;
}

export class Rig {
  readonly bytes: Buffer;
  readonly uploads: Upload[] = [];
  readonly warnings: string[] = [];
  readonly refusals: readonly RefusedRequest[];
  readonly buffers = new ChunkBuffers({ buffersMax: 4 });
  readonly server: TransferServer;
  readonly #connections: TransferConnection[] = [];

  static async start(options: RigOptions = {}): Promise<Rig> {
    const uploads: Upload[] = [];
    const warnings: string[] = [];
    const refusals: RefusedRequest[] = [];
    const bytes = options.bytes ?? Buffer.alloc(0);
    const server = await TransferServer.listen({
      host: '127.0.0.1',
      port: 0,
      authority: { ...anAuthority, ...options.authority },
      handlers: { ...memoryHandlers(bytes, uploads), ...options.handlers },
      limits: options.limits ?? {},
      credentials: options.credentials,
      log: { warn: (_fields, message) => warnings.push(message) },
      onRefused: (request) => refusals.push(request),
      ...(options.counters && { counters: options.counters }),
    });
    return new Rig(server, bytes, { uploads, warnings, refusals });
  }

  private constructor(
    server: TransferServer,
    bytes: Buffer,
    { uploads, warnings, refusals }: Pick<Rig, 'uploads' | 'warnings' | 'refusals'>,
  ) {
    this.server = server;
    this.bytes = bytes;
    this.uploads = uploads;
    this.warnings = warnings;
    this.refusals = refusals;
  }

  async dial(limits: TransferOptions = {}): Promise<TransferConnection> {
    const connection = await TransferConnection.dial({
      host: '127.0.0.1',
      port: this.server.port,
      limits,
    });
    this.#connections.push(connection);
    return connection;
  }

  putOrder(bytes: Buffer, claims: Partial<TicketClaims> = {}) {
    return {
      ticket: aPutTicket(bytes.length, claims),
      fileId: aFileId,
      uploadId: anUploadId,
      source: memorySource(bytes),
      buffers: this.buffers,
    };
  }

  getOrder(onChunk: (chunk: ArrivedChunk) => Promise<void> = async () => {}) {
    return {
      ticket: this.getTicket(),
      fileId: aFileId,
      range: { first: 0, count: chunkCount(this.bytes.length) },
      buffers: this.buffers,
      onChunk,
    };
  }

  getTicket(claims: Partial<TicketClaims> = {}): SignedTicket {
    return aGetTicket(this.bytes.length, fileDigest(this.bytes), claims);
  }

  /** Every buffer is back, on both sides. */
  async expectQuiet(): Promise<void> {
    expect(this.buffers.inUse).toBe(0);
    await vi.waitFor(() => {
      expect(this.server.buffersInUse).toBe(0);
      expect(this.server.transfers).toBe(0);
    });
  }

  async close(): Promise<void> {
    await Promise.all(this.#connections.map((connection) => connection.close()));
    await this.server.close();
  }
}

export function deferred(): Deferred {
  let resolve = () => {};
  const promise = new Promise<void>((settle) => {
    resolve = settle;
  });
  return { promise, resolve };
}

export const anAuthority: KeeperAuthority = {
  keeper: keeperId('keeper-1'),
  incarnation: 3,
  keyOf: (keyId) => (keyId === 7 ? key : undefined),
  highestEpoch: () => 5,
  masterNowMs: () => 1_000,
};

const somewhere = {
  fileId: aFileId,
  keeper: anAuthority.keeper,
  incarnation: 3,
  epoch: 5,
  expiresAtMs: 2_000,
  keyId: 7,
} as const;

export const putClaims = (size: number, changed: Partial<TicketClaims> = {}): TicketClaims => ({
  ...somewhere,
  operation: 'put',
  uploadId: anUploadId,
  size,
  nonce: randomBytes(16).toString('hex'),
  ...changed,
});

export const getClaims = (
  size: number,
  ofFile: Digest,
  changed: Partial<TicketClaims> = {},
): TicketClaims => ({
  ...somewhere,
  operation: 'get',
  size,
  digest: ofFile,
  nonce: randomBytes(16).toString('hex'),
  ...changed,
});

export const aPutTicket = (size: number, changed?: Partial<TicketClaims>): SignedTicket =>
  signTicket(putClaims(size, changed), key);

const aGetTicket = (size: number, ofFile: Digest, changed?: Partial<TicketClaims>): SignedTicket =>
  signTicket(getClaims(size, ofFile, changed), key);

/** Bytes that differ everywhere, so that a misplaced one shows. */
export function sampleBytes(size: number): Buffer {
  const bytes = Buffer.alloc(size);
  const words = new Uint32Array(bytes.buffer, bytes.byteOffset, Math.floor(size / 4));
  for (let at = 0; at < words.length; at++) words[at] = Math.imul(at + 1, 2654435761);
  return bytes;
}

export function fileDigest(bytes: Buffer): Digest {
  const hasher = new Blake3Hasher();
  for (let index = 0; index < chunkCount(bytes.length); index++) {
    hasher.update(blake3(chunkOf(bytes, index)));
  }
  return digest(hasher.digestBuffer().toString('hex'));
}

export const memorySource = (bytes: Buffer): PutSource => ({
  size: bytes.length,
  readChunk: async (index, buffer) => readChunk(bytes, index, buffer.bytes),
  digest: async () => fileDigest(bytes),
});

export const memoryReplica = (bytes: Buffer): ReadSource => ({
  ...memorySource(bytes),
  digest: fileDigest(bytes),
  close: async () => {},
});

/** Takes chunks into `whole`, after comparing each with its digest. */
export const takeInto =
  (whole: Buffer) =>
  async ({ index, buffer, length, digest: declared }: ArrivedChunk): Promise<void> => {
    requireDigest(buffer.bytes.subarray(0, length), declared);
    whole.set(buffer.bytes.subarray(0, length), chunkOffset(index));
  };

export function memorySink(upload: Upload): PutSink {
  return {
    async writeChunk(index, buffer, length, declared) {
      const bytes = Buffer.from(buffer.bytes.subarray(0, length));
      requireDigest(bytes, declared);
      upload.chunks[index] = bytes;
    },
    async finish(totals) {
      upload.totals = totals;
    },
    async abort(reason) {
      upload.aborts.push(reason);
    },
  };
}

function memoryHandlers(bytes: Buffer, uploads: Upload[]): TransferHandlers {
  return {
    async put() {
      const upload: Upload = { chunks: [], aborts: [] };
      uploads.push(upload);
      return memorySink(upload);
    },
    get: async () => memoryReplica(bytes),
    manifest: async () => bytes,
  };
}

function readChunk(bytes: Buffer, index: number, into: Buffer): ChunkRead {
  const chunk = chunkOf(bytes, index);
  into.set(chunk);
  return { length: chunk.length, digest: blake3(chunk) };
}

function chunkOf(bytes: Buffer, index: number): Buffer {
  const from = index * chunkBytes;
  return bytes.subarray(from, from + chunkLength(bytes.length, index));
}

function requireDigest(bytes: Buffer, declared: Uint8Array): void {
  if (!blake3(bytes).equals(declared)) {
    throw new ReelkeepError('integrity', 'the chunk differs from its digest');
  }
}
