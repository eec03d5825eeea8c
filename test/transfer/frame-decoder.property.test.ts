import { blake3 } from '@napi-rs/blake-hash';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ChunkBuffer } from '../../src/transfer/chunk-buffers.js';
import { FrameDecoder, FrameError, type Greeting } from '../../src/transfer/frame-decoder.js';
import {
  encodeChunkHeader,
  encodeEnd,
  encodeGreeting,
  encodeRequest,
  encodeVerdict,
  type Frame,
  type FrameType,
  keeperGreetingBytes,
} from '../../src/transfer/frames.js';
import { seed } from '../seed.js';

const bounds = { headBytesMax: 4096, detailBytesMax: 1024 };
const everyType: readonly FrameType[] = ['request', 'chunk', 'end', 'verdict'];
const shared = new SharedArrayBuffer(4 * 1024 * 1024);
const into: ChunkBuffer = { shared, bytes: Buffer.from(shared) };
const head = Buffer.from('the head of a request');
const payload = Buffer.from('the bytes of the only chunk');
const fileDigest = blake3(blake3(payload));

const greeting = encodeGreeting(Buffer.alloc(32, 'c'));
const frames = {
  request: encodeRequest(Buffer.alloc(32, 'p'), head),
  chunk: Buffer.concat([encodeChunkHeader(0, payload.length, blake3(payload)), payload]),
  end: encodeEnd({ bytes: payload.length, chunks: 1, digest: fileDigest }),
  verdict: encodeVerdict({ code: 'no-space', detail: 'the disk is full — ünd so' }, 1024),
  empty: encodeVerdict({ code: 'ok', detail: '' }, 1024),
};
const stream = Buffer.concat([greeting, ...Object.values(frames)]);

describe(`the frame decoder (seed ${seed})`, () => {
  it('gives the same frames however the stream is split', () => {
    const whole = decode([stream]);
    expect(whole.map(({ type }) => type)).toEqual([
      'greeting',
      'request',
      'chunk',
      'end',
      'verdict',
      'verdict',
    ]);

    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: stream.length })), (cuts) => {
        expect(decode(split(stream, cuts))).toEqual(whole);
      }),
      { seed },
    );
  });

  it('gives of each prefix the frames that are whole in it', () => {
    const whole = decode([stream]);
    for (let length = 0; length < stream.length; length++) {
      const decoded = decode([stream.subarray(0, length)]);

      expect(decoded).toEqual(whole.slice(0, decoded.length));
    }
  });

  it('S47: never writes outside its window, whatever comes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 6000 }), fc.nat(4), (bytes, type) => {
        const start = Buffer.from(bytes);
        if (start.length > 0) start.writeUInt8(type);
        into.bytes.fill(0xee);

        decodeOrRefuse([greeting, start]);

        expect(into.bytes.subarray(start.length).every((byte) => byte === 0xee)).toBe(true);
      }),
      { seed, numRuns: 40 },
    );
  });
});

function decodeOrRefuse(pieces: readonly Uint8Array[]): readonly (Frame | Greeting)[] {
  const decoded: (Frame | Greeting)[] = [];
  try {
    decode(pieces, decoded);
  } catch (error) {
    if (!(error instanceof FrameError)) throw error;
  }
  return decoded;
}

/** Feeds the pieces as a socket does: into the window, never past it. */
function decode(
  pieces: readonly Uint8Array[],
  decoded: (Frame | Greeting)[] = [],
): readonly (Frame | Greeting)[] {
  const decoder = new FrameDecoder(bounds, keeperGreetingBytes);
  for (const piece of pieces) {
    for (let at = 0; at < piece.length; ) {
      const window = decoder.window();
      expect(window.length).toBeGreaterThan(0);
      const part = piece.subarray(at, at + window.length);
      window.set(part);
      at += part.length;
      const complete = decoder.advance(part.length);
      if (complete !== undefined) {
        decoded.push(complete);
        decoder.expect({ accept: everyType, into });
      }
    }
  }
  return decoded;
}

function split(bytes: Buffer, cuts: readonly number[]): Buffer[] {
  const edges = [0, ...[...cuts].sort((a, b) => a - b), bytes.length];
  return edges.slice(1).map((edge, at) => bytes.subarray(edges[at], edge));
}
