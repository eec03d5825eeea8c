/**
 * The incremental parser of frames.
 *
 * It says where the next bytes of the stream belong (`window`) and is told how
 * many came (`advance`). So a socket reads the bytes of a chunk straight into
 * the chunk buffer they are for, and nothing is allocated because a peer
 * declared a length. A window never reaches past the part of the frame that is
 * being read, so no byte of the next frame is taken early.
 */
import assert from 'node:assert/strict';
import { chunkBytes } from '../domain/chunk-plan.js';
import type { ChunkBuffer } from './chunk-buffers.js';
import {
  type Frame,
  type FrameType,
  frameHeaderBytes,
  frameTypes,
  keeperGreetingBytes,
  proofBytes,
} from './frames.js';
import { errorCodeOf, okCode } from './verdict-codes.js';

/** The peer did not keep to the protocol; the message says how. */
export class FrameError extends Error {
  override readonly name = 'FrameError';
}

export interface Greeting {
  readonly type: 'greeting';
  readonly bytes: Buffer;
}

export interface FrameBounds {
  readonly headBytesMax: number;
  readonly detailBytesMax: number;
}

/** Which frames may come next, and the buffer for the bytes of a chunk. */
export type Expectation =
  | { readonly accept: readonly Exclude<FrameType, 'chunk'>[] }
  | { readonly accept: readonly FrameType[]; readonly into: ChunkBuffer };

type Part =
  | { readonly name: 'greeting' | 'type' }
  | { readonly name: 'header'; readonly type: FrameType }
  | { readonly name: 'tail'; readonly type: 'request' | 'verdict' }
  | { readonly name: 'payload'; readonly into: ChunkBuffer; readonly length: number };

const typeOfByte: ReadonlyMap<number, FrameType> = new Map(
  (Object.entries(frameTypes) as [FrameType, number][]).map(([type, byte]) => [byte, type]),
);
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

export class FrameDecoder {
  readonly #bounds: FrameBounds;
  /** Everything but the bytes of a chunk. */
  readonly #scratch: Buffer;
  #part: Part;
  #filled = 0;
  #end: number;
  #expected: Expectation = { accept: [] };

  /** @param greetingBytes what the peer says before its first frame. */
  constructor(bounds: FrameBounds, greetingBytes: number) {
    assert(greetingBytes > 0 && greetingBytes <= keeperGreetingBytes);
    const longest = Math.max(
      keeperGreetingBytes,
      frameHeaderBytes.end,
      frameHeaderBytes.request + bounds.headBytesMax,
      frameHeaderBytes.verdict + bounds.detailBytesMax,
    );
    this.#bounds = bounds;
    this.#scratch = Buffer.alloc(longest);
    this.#part = { name: 'greeting' };
    this.#end = greetingBytes;
  }

  /** No byte of the next frame has come yet. */
  get atBoundary(): boolean {
    return this.#part.name === 'type';
  }

  /** Said before the first byte of a frame is read. */
  expect(expected: Expectation): void {
    assert(this.atBoundary, 'a frame is half read');
    this.#expected = expected;
  }

  /** Where the next bytes of the stream go; never empty. */
  window(): Uint8Array {
    const target = this.#part.name === 'payload' ? this.#part.into.bytes : this.#scratch;
    return target.subarray(this.#filled, this.#end);
  }

  /**
   * `count` bytes have been put into the window.
   *
   * @returns what they complete, if anything
   * @throws FrameError; the decoder is of no use after it
   */
  advance(count: number): Frame | Greeting | undefined {
    assert(count >= 0 && this.#filled + count <= this.#end, 'more bytes than the window holds');
    this.#filled += count;
    if (this.#filled < this.#end) return undefined;
    switch (this.#part.name) {
      case 'greeting':
        return this.#finish({ type: 'greeting', bytes: this.#copy(0, this.#end) });
      case 'type':
        return this.#readType();
      case 'header':
        return this.#readHeader(this.#part.type);
      case 'tail':
        return this.#finish(this.#part.type === 'request' ? this.#request() : this.#verdict());
      case 'payload':
        return this.#finish(this.#chunk(this.#part.into, this.#part.length));
    }
  }

  #readType(): undefined {
    const byte = this.#scratch.readUInt8();
    const type = typeOfByte.get(byte);
    if (type === undefined) throw new FrameError(`there is no frame of type ${byte}`);
    if (!(this.#expected.accept as readonly FrameType[]).includes(type)) {
      throw new FrameError(`a frame of type ${type} came where none belongs`);
    }
    this.#part = { name: 'header', type };
    this.#end = frameHeaderBytes[type];
  }

  #readHeader(type: FrameType): Frame | undefined {
    switch (type) {
      case 'request':
        return this.#readTail(type, this.#scratch.readUInt32BE(1), this.#bounds.headBytesMax);
      case 'verdict':
        return this.#readTail(type, this.#scratch.readUInt16BE(2), this.#bounds.detailBytesMax);
      case 'end':
        return this.#finish(this.#endFrame());
      case 'chunk':
        return this.#readPayload(this.#scratch.readUInt32BE(5));
    }
  }

  #readTail(type: 'request' | 'verdict', length: number, bytesMax: number): Frame | undefined {
    if (length > bytesMax) throw new FrameError(`a ${type} of ${length} bytes is too long`);
    this.#part = { name: 'tail', type };
    this.#end = frameHeaderBytes[type] + length;
    return length === 0 ? (this.advance(0) as Frame) : undefined;
  }

  #readPayload(length: number): undefined {
    assert('into' in this.#expected, 'a chunk is accepted only with a buffer for it');
    if (length < 1 || length > chunkBytes) {
      throw new FrameError(`a chunk of ${length} bytes is not one of 1 to ${chunkBytes}`);
    }
    this.#part = { name: 'payload', into: this.#expected.into, length };
    this.#filled = 0;
    this.#end = length;
  }

  #finish<Complete>(complete: Complete): Complete {
    this.#part = { name: 'type' };
    this.#filled = 0;
    this.#end = 1;
    this.#expected = { accept: [] };
    return complete;
  }

  #request(): Frame {
    const headFrom = frameHeaderBytes.request;
    return {
      type: 'request',
      proof: this.#copy(headFrom - proofBytes, headFrom),
      head: this.#copy(headFrom, this.#end),
    };
  }

  #chunk(into: ChunkBuffer, length: number): Frame {
    const digest = this.#copy(9, frameHeaderBytes.chunk);
    return { type: 'chunk', index: this.#scratch.readUInt32BE(1), length, digest, into };
  }

  #endFrame(): Frame {
    const bytes = Number(this.#scratch.readBigUInt64BE(1));
    if (!Number.isSafeInteger(bytes)) throw new FrameError(`no file has ${bytes} bytes`);
    const digest = this.#copy(13, frameHeaderBytes.end);
    return { type: 'end', bytes, chunks: this.#scratch.readUInt32BE(9), digest };
  }

  #verdict(): Frame {
    const code = this.#scratch.readUInt8(1);
    const text = this.#scratch.subarray(frameHeaderBytes.verdict, this.#end);
    return {
      type: 'verdict',
      code: code === okCode ? 'ok' : errorCodeOf(code),
      detail: decodeText(text),
    };
  }

  #copy(from: number, to: number): Buffer {
    return Buffer.from(this.#scratch.subarray(from, to));
  }
}

function decodeText(bytes: Uint8Array): string {
  try {
    return utf8.decode(bytes);
  } catch (notUtf8) {
    throw new FrameError('the detail of a verdict is not UTF-8', { cause: notUtf8 });
  }
}
