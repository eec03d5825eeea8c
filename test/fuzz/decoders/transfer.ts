import { blake3 } from '@napi-rs/blake-hash';
import fc from 'fast-check';
import { ChunkSequence, planUpTo } from '../../../src/transfer/chunk-sequence.js';
import { FrameError } from '../../../src/transfer/frame-decoder.js';
import {
  type ChunkFrame,
  dialGreetingBytes,
  type EndFrame,
  encodeChunkHeader,
  encodeEnd,
  encodeGreeting,
} from '../../../src/transfer/frames.js';
import { type Decoder, decodedUnless } from '../decoder.js';
import { type ReadFrame, readFrames } from './frame-stream.js';

const sizeMax = 60;

/** The frames of a file with one chunk, as a receiver judges them: order, digests, totals. */
export const transfer: Decoder<Buffer> = {
  name: 'transfer',
  valid: fc.uint8Array({ minLength: 1, maxLength: sizeMax }).map((payload) => {
    const digest = blake3(Buffer.from(payload));
    return Buffer.concat([
      encodeChunkHeader(0, payload.length, digest),
      payload,
      encodeEnd({ bytes: payload.length, chunks: 1, digest: blake3(digest) }),
    ]);
  }),
  decode: (bytes) => decodedUnless(FrameError, () => receive(bytes)),
  mayBecome: (whole, decoded) => whole.equals(decoded),
};

/** What follows the end of the transfer is the next one's. */
function receive(bytes: Buffer): Buffer {
  const sequence = new ChunkSequence(planUpTo(sizeMax));
  const payloads: Buffer[] = [];
  const [, ...all] = readFrames(Buffer.concat([encodeGreeting(), bytes]), dialGreetingBytes);
  for (const frame of all) {
    if (frame.type === 'chunk') payloads.push(takeChunk(frame, sequence));
    else if (frame.type === 'end') return takeEnd(frame, sequence, payloads);
    else throw new FrameError('neither a chunk nor the end');
  }
  throw new FrameError('the transfer has no end');
}

function takeChunk(frame: ChunkFrame & ReadFrame, sequence: ChunkSequence): Buffer {
  const { payload = Buffer.alloc(0), digest } = frame;
  refuseIf(blake3(payload).equals(digest) ? sequence.add(frame) : 'a chunk has another digest');
  return payload;
}

function takeEnd(frame: EndFrame, sequence: ChunkSequence, payloads: readonly Buffer[]): Buffer {
  const digest = blake3(Buffer.concat(payloads.map((payload) => blake3(payload))));
  refuseIf(digest.equals(frame.digest) ? sequence.end(frame) : 'the file has another digest');
  return Buffer.concat(payloads);
}

function refuseIf(wrong: string | undefined): void {
  if (wrong !== undefined) throw new FrameError(wrong);
}
