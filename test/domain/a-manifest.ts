import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { chunkBytes, chunkCount, digestBytes } from '../../src/domain/chunk-plan.js';
import { digest, fileId, uploadId, wallMs } from '../../src/domain/ids.js';
import type { HashBytes, Manifest } from '../../src/domain/manifest.js';
import type { Mp4Facts, Mp4Track } from '../../src/domain/mp4-facts.js';

/** Any function with 32 bytes will do for the codec. */
export const sha256: HashBytes = (bytes) => createHash('sha256').update(bytes).digest();

export function aManifest(changes: Partial<Manifest> = {}): Manifest {
  const size = changes.size ?? 2 * chunkBytes + 5;
  const chunkDigests =
    changes.chunkDigests ?? new Uint8Array(chunkCount(size) * digestBytes).map((_, at) => at % 251);
  return {
    fileId: fileId('ab'.repeat(16)),
    uploadId: uploadId('cd'.repeat(16)),
    name: 'films/a.mp4',
    size,
    digest: digest(Buffer.from(sha256(chunkDigests)).toString('hex')),
    createdAt: wallMs(1_700_000_000_000),
    target: 3,
    mp4: { kind: 'not mp4' },
    chunkDigests,
    ...changes,
  };
}

const hex = (length: number) =>
  fc
    .uint8Array({ minLength: length, maxLength: length })
    .map((bytes) => Buffer.from(bytes).toString('hex'));

const anyTrack: fc.Arbitrary<Mp4Track> = fc.oneof(
  fc.record({ type: fc.constantFrom('audio', 'subtitle', 'other'), codec: fc.string() }),
  fc.record({ type: fc.constant('video'), codec: fc.string(), width: fc.nat(), height: fc.nat() }),
);

const anyFacts: fc.Arbitrary<Mp4Facts> = fc.oneof(
  fc.constant<Mp4Facts>({ kind: 'not mp4' }),
  fc.record({ kind: fc.constant('unreadable'), faststart: fc.boolean(), reason: fc.string() }),
  fc.record({
    kind: fc.constant('mp4'),
    durationMs: fc.nat(),
    faststart: fc.boolean(),
    fragmented: fc.boolean(),
    tracks: fc.array(anyTrack, { maxLength: 3 }),
  }),
);

export const anyManifest: fc.Arbitrary<Manifest> = fc
  .record({
    fileId: hex(16).map(fileId),
    uploadId: hex(16).map(uploadId),
    name: fc.string({ unit: 'grapheme', minLength: 1, maxLength: 40 }),
    size: fc.nat(4 * chunkBytes),
    createdAt: fc.nat().map(wallMs),
    target: fc.integer({ min: 1, max: 9 }),
    mp4: anyFacts,
  })
  .chain((facts) => {
    const length = chunkCount(facts.size) * digestBytes;
    return fc
      .uint8Array({ minLength: length, maxLength: length })
      .map((chunkDigests) => aManifest({ ...facts, chunkDigests }));
  });
