/** Bytes that come to a frame decoder, put into it as a socket does: into its window, never past it. */
import type { ChunkBuffer } from '../../../src/transfer/chunk-buffers.js';
import { FrameDecoder, FrameError, type Greeting } from '../../../src/transfer/frame-decoder.js';
import type { Frame, FrameType } from '../../../src/transfer/frames.js';
import { wrongGreeting } from '../../../src/transfer/greeting.js';
import { resolveTransferLimits } from '../../../src/transfer/limits.js';

export const frameBounds = resolveTransferLimits();

const everyType: readonly FrameType[] = ['request', 'chunk', 'end', 'verdict'];
const shared = new SharedArrayBuffer(4 * 1024 * 1024);
const into: ChunkBuffer = { shared, bytes: Buffer.from(shared) };

/** Of a chunk the bytes, which the next one is read over. */
export type ReadFrame = (Frame | Greeting) & { readonly payload?: Buffer };

/** @throws FrameError, also for a stream that ends within a frame or a greeting */
export function* readFrames(bytes: Buffer, greetingBytes: number): Generator<ReadFrame> {
  const decoder = new FrameDecoder(frameBounds, greetingBytes);
  for (let at = 0; at < bytes.length; ) {
    const window = decoder.window();
    const part = bytes.subarray(at, at + window.length);
    window.set(part);
    at += part.length;
    const complete = decoder.advance(part.length);
    if (complete === undefined) continue;
    if (complete.type === 'greeting') requireGreeting(complete);
    yield complete.type === 'chunk'
      ? { ...complete, payload: Buffer.from(into.bytes.subarray(0, complete.length)) }
      : complete;
    decoder.expect({ accept: everyType, into });
  }
  if (!decoder.atBoundary) throw new FrameError('the stream ends within a frame');
}

function requireGreeting({ bytes }: Greeting): void {
  const wrong = wrongGreeting(bytes);
  if (wrong !== undefined) throw new FrameError(wrong);
}
