import { describe, expect, it } from 'vitest';
import { chunkBytes } from '../../src/domain/chunk-plan.js';
import { type ErrorCode, errorKinds } from '../../src/domain/errors.js';
import { type Expectation, FrameDecoder, FrameError } from '../../src/transfer/frame-decoder.js';
import {
  dialGreetingBytes,
  encodeChunkHeader,
  encodeEnd,
  encodeGreeting,
  encodeRequest,
  encodeVerdict,
} from '../../src/transfer/frames.js';

const bounds = { headBytesMax: 100, detailBytesMax: 10 };
const digest = Buffer.alloc(32, 'd');

describe('the frame decoder', () => {
  it('reads the bytes of a chunk into the buffer that is for them', () => {
    const into = aBuffer();
    const decoder = greeted({ accept: ['chunk'], into });

    feed(decoder, encodeChunkHeader(9, 5, digest));
    const window = decoder.window();

    expect(window.buffer).toBe(into.shared);
    expect(window.length).toBe(5);
    expect(feed(decoder, Buffer.from('hello'))).toEqual({
      type: 'chunk',
      index: 9,
      length: 5,
      digest,
      into,
    });
    expect(into.bytes.toString('utf8', 0, 5)).toBe('hello');
  });

  it.each([
    ['an empty chunk', encodeChunkHeader(0, 0, digest)],
    ['a chunk longer than a chunk', encodeChunkHeader(0, chunkBytes + 1, digest)],
    ['a chunk of 4 GiB', encodeChunkHeader(0, 0xffffffff, digest)],
    ['a head past its bound', encodeRequest(digest, Buffer.alloc(101))],
    ['a detail past its bound', encodeVerdict({ code: 'usage', detail: 'x'.repeat(11) }, 99)],
    ['a detail that is not UTF-8', Buffer.from([4, 2, 0, 1, 0xff])],
    ['a total that no number holds', Buffer.concat([Buffer.from([3]), Buffer.alloc(44, 0xff)])],
    ['a type that does not exist', Buffer.from([5])],
    ['the type 0', Buffer.from([0])],
  ])('refuses %s', (_name, bytes) => {
    const decoder = greeted({ accept: ['request', 'chunk', 'end', 'verdict'], into: aBuffer() });

    expect(() => feed(decoder, bytes)).toThrow(FrameError);
  });

  it('refuses a frame where it does not belong', () => {
    const decoder = greeted({ accept: ['request'] });

    expect(() => feed(decoder, encodeEnd({ bytes: 0, chunks: 0, digest }))).toThrow(
      'a frame of type end came where none belongs',
    );
  });

  it('accepts what lies exactly at its bounds', () => {
    const accept = { accept: ['request', 'verdict'] } as const;
    const head = Buffer.alloc(100, 'h');

    const request = feed(greeted(accept), encodeRequest(digest, head));
    const verdict = feed(
      greeted(accept),
      encodeVerdict({ code: 'stale', detail: 'x'.repeat(10) }, 10),
    );

    expect(request).toEqual({ type: 'request', proof: digest, head });
    expect(verdict).toEqual({ type: 'verdict', code: 'stale', detail: 'x'.repeat(10) });
  });

  it('carries a total beyond 2^32', () => {
    const end = { bytes: 2 ** 46 + 1, chunks: 2 ** 24, digest };

    expect(feed(greeted({ accept: ['end'] }), encodeEnd(end))).toEqual({ type: 'end', ...end });
  });

  it.each(['ok', ...(Object.keys(errorKinds) as ErrorCode[])] as const)(
    'carries the verdict %s',
    (code) => {
      const bytes = encodeVerdict({ code, detail: 'why' }, 10);

      expect(feed(greeted({ accept: ['verdict'] }), bytes)).toMatchObject({ code, detail: 'why' });
    },
  );

  it('takes a code that is not known for a failure', () => {
    const bytes = Buffer.from([4, 250, 0, 0]);

    expect(feed(greeted({ accept: ['verdict'] }), bytes)).toMatchObject({ code: 'internal' });
  });

  it('never gets half a character, where a detail is cut to its bound', () => {
    const bytes = encodeVerdict({ code: 'usage', detail: 'ääääää' }, 9);

    expect(feed(greeted({ accept: ['verdict'] }), bytes)).toMatchObject({ detail: 'ääää' });
  });
});

function greeted(expected: Expectation): FrameDecoder {
  const decoder = new FrameDecoder(bounds, dialGreetingBytes);
  feed(decoder, encodeGreeting());
  decoder.expect(expected);
  return decoder;
}

function feed(decoder: FrameDecoder, bytes: Buffer) {
  let complete: ReturnType<FrameDecoder['advance']>;
  for (let at = 0; at < bytes.length; ) {
    const window = decoder.window();
    const part = bytes.subarray(at, at + window.length);
    window.set(part);
    at += part.length;
    complete = decoder.advance(part.length);
  }
  return complete;
}

function aBuffer() {
  const shared = new SharedArrayBuffer(chunkBytes);
  return { shared, bytes: Buffer.from(shared) };
}
