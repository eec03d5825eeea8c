import fc from 'fast-check';
import { type ErrorCode, errorKinds } from '../../../src/domain/errors.js';
import { FrameError } from '../../../src/transfer/frame-decoder.js';
import {
  challengeBytes,
  dialGreetingBytes,
  encodeChunkHeader,
  encodeEnd,
  encodeGreeting,
  encodeRequest,
  encodeVerdict,
  keeperGreetingBytes,
  magic,
} from '../../../src/transfer/frames.js';
import { type Decoder, decodedUnless } from '../decoder.js';
import { frameBounds, type ReadFrame, readFrames } from './frame-stream.js';

const bytesOf = (length: number) => fc.uint8Array({ minLength: length, maxLength: length });
const codes = ['ok', ...(Object.keys(errorKinds) as ErrorCode[])] as const;

const request = fc
  .tuple(bytesOf(32), fc.uint8Array({ maxLength: 60 }))
  .map(([proof, head]) => encodeRequest(proof, head));
const chunk = fc
  .tuple(fc.nat(2 ** 31), bytesOf(32), fc.uint8Array({ minLength: 1, maxLength: 60 }))
  .map(([index, digest, payload]) =>
    Buffer.concat([encodeChunkHeader(index, payload.length, digest), payload]),
  );
const end = fc
  .record({ bytes: fc.maxSafeNat(), chunks: fc.nat(2 ** 31), digest: bytesOf(32) })
  .map(({ digest, ...totals }) => encodeEnd({ ...totals, digest: Buffer.from(digest) }));
const verdict = fc
  .record({ code: fc.constantFrom(...codes), detail: fc.string({ unit: 'binary' }) })
  .map((said) => encodeVerdict(said, frameBounds.detailBytesMax));

/** What a keeper says on a connection, frames of every type after each other. */
export const frames: Decoder<readonly ReadFrame[]> = {
  name: 'frames',
  valid: fc
    .tuple(bytesOf(challengeBytes), fc.array(fc.oneof(request, chunk, end, verdict)))
    .map(([challenge, all]) => Buffer.concat([encodeGreeting(challenge), ...all])),
  decode: (bytes) => decodedUnless(FrameError, () => [...readFrames(bytes, keeperGreetingBytes)]),
  encode: (all) => Buffer.concat(all.map(encodeFrame)),
};

/** What a dialler says first. */
export const greeting: Decoder<readonly ReadFrame[]> = {
  name: 'greeting',
  valid: fc.constant(encodeGreeting()),
  decode: (bytes) => decodedUnless(FrameError, () => [...readFrames(bytes, dialGreetingBytes)]),
};

function encodeFrame(frame: ReadFrame): Buffer {
  switch (frame.type) {
    case 'greeting':
      return encodeGreeting(frame.bytes.subarray(magic.length + 2));
    case 'request':
      return encodeRequest(frame.proof, frame.head);
    case 'chunk':
      return Buffer.concat([
        encodeChunkHeader(frame.index, frame.length, frame.digest),
        frame.payload ?? Buffer.alloc(0),
      ]);
    case 'end':
      return encodeEnd(frame);
    case 'verdict':
      return encodeVerdict(frame, frameBounds.detailBytesMax);
  }
}
