import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { FileView } from '../../src/domain/file-view.js';
import { digest, fileId, keeperId, wallMs } from '../../src/domain/ids.js';
import type { Mp4Facts } from '../../src/domain/mp4-facts.js';
import {
  fromMp4Message,
  toFileMessage,
  toFileView,
  toMp4Message,
} from '../../src/rpc/file-message.js';
import { File, Mp4Facts as Mp4FactsWire } from '../../src/rpc/generated/reelkeep/v1/common.js';
import { replicaStates } from '../../src/rpc/words.js';
import { seed } from '../seed.js';

describe('a file on the wire', () => {
  it('comes back as it went', () => {
    fc.assert(
      fc.property(aFile(), (file) => {
        const bytes = File.encode(toFileMessage(file)).finish();

        expect(toFileView(File.decode(bytes))).toEqual(file);
      }),
      { seed },
    );
  });

  it('is no mp4 as long as nothing else is said', () => {
    expect(fromMp4Message(undefined)).toEqual({ kind: 'not mp4' });
    expect(fromMp4Message(Mp4FactsWire.decode(new Uint8Array()))).toEqual({ kind: 'not mp4' });
  });

  it('says no more of facts than their kind has', () => {
    const unreadable: Mp4Facts = { kind: 'unreadable', faststart: true, reason: 'cut short' };

    expect(toMp4Message(unreadable)).toMatchObject({ durationMs: 0, tracks: [] });
  });
});

const hex = (length: number) =>
  fc
    .array(fc.integer({ min: 0, max: 15 }), { minLength: length, maxLength: length })
    .map((digits) => digits.map((digit) => digit.toString(16)).join(''));
const text = () => fc.string({ unit: 'grapheme' });
const amount = () => fc.maxSafeNat();
const pixels = () => fc.integer({ min: 1, max: 2 ** 32 - 1 });

const aTrack = () =>
  fc.oneof(
    fc.record({
      type: fc.constantFrom('audio', 'subtitle', 'other', 'video'),
      codec: text(),
    }),
    fc.record({ type: fc.constant('video'), codec: text(), width: pixels(), height: pixels() }),
  );

const mp4Facts = (): fc.Arbitrary<Mp4Facts> =>
  fc.oneof(
    fc.constant({ kind: 'not mp4' } as const),
    fc.record({ kind: fc.constant('unreadable'), faststart: fc.boolean(), reason: text() }),
    fc.record({
      kind: fc.constant('mp4'),
      durationMs: amount(),
      faststart: fc.boolean(),
      fragmented: fc.boolean(),
      tracks: fc.array(aTrack(), { maxLength: 4 }),
    }),
  );

const aFile = (): fc.Arbitrary<FileView> =>
  fc.record({
    name: text(),
    fileId: hex(32).map(fileId),
    size: amount(),
    digest: hex(64).map(digest),
    createdAt: amount().map(wallMs),
    target: fc.integer({ min: 1, max: 16 }),
    mp4: mp4Facts(),
    replicas: fc.array(
      fc.record({
        keeper: fc.constantFrom('k1', 'k2').map(keeperId),
        address: text(),
        state: fc.constantFrom(...(Object.keys(replicaStates) as (keyof typeof replicaStates)[])),
        verifiedAt: amount().map(wallMs),
        path: text(),
      }),
      { maxLength: 4 },
    ),
  });
