/** What a keeper that lies does on its data port. */
import { createServer } from 'node:net';
import { blake3 } from '@napi-rs/blake-hash';
import { onTestFinished } from 'vitest';
import { chunkBytes, chunkCount, chunkLength } from '../../../src/domain/chunk-plan.js';
import type { Digest, UploadId } from '../../../src/domain/ids.js';
import { uploadId, wallMs } from '../../../src/domain/ids.js';
import { encodeManifest } from '../../../src/domain/manifest.js';
import type { TicketClaims } from '../../../src/domain/ticket.js';
import { digestOf } from '../../../src/storage/blake3.js';
import { encodeGreeting } from '../../../src/transfer/frames.js';
import type { GetRequest, PutRequest, TransferHandlers } from '../../../src/transfer/handlers.js';

type Lies = Partial<TransferHandlers>;

/** In place of a film: no byte of any. */
const wrongByte = 7;

/** Other bytes, each chunk with its digest, and at the end the digest that the ticket names. */
const otherBytes = async ({ claims }: GetRequest) => sourceOf(claims, (bytes) => blake3(bytes));

/** The same, and each chunk with a digest that it has not. */
const otherDigests = async ({ claims }: GetRequest) =>
  sourceOf(claims, () => Buffer.alloc(32, wrongByte));

/** A manifest as it should be, but of other bytes. */
const otherManifest = async ({ claims }: { claims: TicketClaims }) => {
  const chunkDigests = Buffer.concat(
    Array.from({ length: chunkCount(claims.size) }, (_, index) =>
      blake3(Buffer.alloc(chunkLength(claims.size, index), wrongByte)),
    ),
  );
  return manifestOf(claims, chunkDigests, digestOf(blake3(chunkDigests)));
};

/** One of a file with so many chunks that nobody has it. */
const absurdManifest = async () => Buffer.alloc(3 * chunkBytes, 'reelkeep');

/** The one that an honest keeper has. */
const givenManifest = (manifest: Uint8Array) => async () => manifest;

/** Everything that can be sent in place of a file, by name. @param manifest the right one */
export const waysToLie = (manifest: Uint8Array): Readonly<Record<string, Lies>> => ({
  'other bytes': { manifest: givenManifest(manifest), get: otherBytes },
  'other bytes under other digests': { manifest: givenManifest(manifest), get: otherDigests },
  'a manifest of other bytes': { manifest: otherManifest, get: otherBytes },
  'an absurd manifest': { manifest: absurdManifest, get: otherBytes },
  'half a manifest': {
    manifest: givenManifest(manifest.subarray(0, manifest.length / 2)),
    get: otherBytes,
  },
});

/** Takes every request, and never answers one; of an upload it reads no byte. */
export const silence: Lies = {
  get: ({ signal }) => until(signal),
  manifest: ({ signal }) => until(signal),
  put: ({ signal }) => until(signal),
};

type Told = (request: PutRequest) => Promise<void>;

/** Takes every byte and forgets it. @param tell what is done before the sender is told of success */
export const forget = (tell: Told): Lies => ({ put: async (request) => sinkOf(request, tell) });

/** The same. @param tell what is done before the first byte is taken */
export const begin = (tell: Told): Lies => ({
  put: async (request) => {
    await tell(request);
    return sinkOf(request, async () => undefined);
  },
});

const sinkOf = (request: PutRequest, tell: Told) => ({
  writeChunk: async () => undefined,
  finish: () => tell(request),
  abort: async () => undefined,
});

/** A data port that is there, and greets with one byte every so often. @returns its address */
export async function listenDripping(everyMs: number): Promise<string> {
  const greeting = encodeGreeting(Buffer.alloc(32));
  const server = createServer((socket) => {
    let at = 0;
    const drip = setInterval(() => socket.write(greeting.subarray(at, ++at)), everyMs);
    // Whoever has waited long enough hangs up.
    socket.on('error', () => undefined);
    socket.on('close', () => clearInterval(drip));
  });
  onTestFinished(() => void server.close());
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('it listens on no port');
  return `127.0.0.1:${address.port}`;
}

function sourceOf({ size, digest }: TicketClaims, told: (bytes: Buffer) => Uint8Array) {
  if (digest === undefined) throw new Error('a ticket to read names a digest');
  return {
    size,
    digest,
    readChunk: async (index: number, { bytes }: { readonly bytes: Buffer }) => {
      const length = chunkLength(size, index);
      bytes.fill(wrongByte, 0, length);
      return { length, digest: told(bytes.subarray(0, length)) };
    },
    close: async () => undefined,
  };
}

function manifestOf({ fileId, size }: TicketClaims, chunkDigests: Uint8Array, digest: Digest) {
  const anUploadId: UploadId = uploadId('a'.repeat(32));
  const label = { name: 'a.mp4', target: 3, createdAt: wallMs(0) };
  const mp4 = { kind: 'not mp4' } as const;
  const manifest = { fileId, uploadId: anUploadId, size, digest, mp4, chunkDigests, ...label };
  return encodeManifest(manifest, blake3);
}

const until = (signal: AbortSignal): Promise<never> =>
  new Promise((_, reject) => {
    signal.addEventListener('abort', () => reject(new Error('the connection is gone')));
  });
