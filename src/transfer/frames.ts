/**
 * The frames of the transfer protocol as bytes; `docs/protocol.md` has the layout.
 *
 * Integers are big-endian. This file encodes; `frame-decoder.ts` decodes.
 */
import { digestBytes } from '../domain/chunk-plan.js';
import type { ErrorCode } from '../domain/errors.js';
import type { ChunkBuffer } from './chunk-buffers.js';
import { okCode, verdictByteOf } from './verdict-codes.js';

export const magic = Buffer.from('RKTP', 'latin1');
export const protocolVersion = 1;
export const challengeBytes = 32;
export const proofBytes = 32;

export const frameTypes = { request: 1, chunk: 2, end: 3, verdict: 4 } as const;
export type FrameType = keyof typeof frameTypes;

/** Bytes of each frame before its variable part, the type included. */
export const frameHeaderBytes: Readonly<Record<FrameType, number>> = {
  request: 1 + 4 + proofBytes,
  chunk: 1 + 4 + 4 + digestBytes,
  end: 1 + 8 + 4 + digestBytes,
  verdict: 1 + 1 + 2,
};

export const dialGreetingBytes = magic.length + 2;
export const keeperGreetingBytes = dialGreetingBytes + challengeBytes;

export interface RequestFrame {
  readonly type: 'request';
  readonly proof: Buffer;
  /** An encoded RequestHead. */
  readonly head: Buffer;
}

export interface ChunkFrame {
  readonly type: 'chunk';
  readonly index: number;
  readonly length: number;
  /** As the sender declares it; nobody has compared it with the bytes yet. */
  readonly digest: Buffer;
  /** Holds the bytes, from its beginning. */
  readonly into: ChunkBuffer;
}

export interface EndFrame {
  readonly type: 'end';
  /** Bytes of all chunks of this transfer. */
  readonly bytes: number;
  readonly chunks: number;
  /** Of the whole file, or of a manifest's bytes. */
  readonly digest: Buffer;
}

export interface VerdictFrame {
  readonly type: 'verdict';
  readonly code: ErrorCode | 'ok';
  readonly detail: string;
}

export type Frame = RequestFrame | ChunkFrame | EndFrame | VerdictFrame;

/** What a dialler says first; `challenge` only from a keeper. */
export function encodeGreeting(challenge?: Uint8Array): Buffer {
  const version = Buffer.alloc(2);
  version.writeUInt16BE(protocolVersion);
  return Buffer.concat([magic, version, challenge ?? Buffer.alloc(0)]);
}

export function encodeRequest(proof: Uint8Array, head: Uint8Array): Buffer {
  const header = Buffer.alloc(1 + 4);
  header.writeUInt8(frameTypes.request);
  header.writeUInt32BE(head.length, 1);
  return Buffer.concat([header, proof, head]);
}

/** The header alone: the bytes of the chunk follow it from their own buffer. */
export function encodeChunkHeader(index: number, length: number, digest: Uint8Array): Buffer {
  const header = Buffer.allocUnsafe(frameHeaderBytes.chunk);
  header.writeUInt8(frameTypes.chunk);
  header.writeUInt32BE(index, 1);
  header.writeUInt32BE(length, 5);
  header.set(digest, 9);
  return header;
}

export function encodeEnd({ bytes, chunks, digest }: Omit<EndFrame, 'type'>): Buffer {
  const frame = Buffer.alloc(frameHeaderBytes.end);
  frame.writeUInt8(frameTypes.end);
  frame.writeBigUInt64BE(BigInt(bytes), 1);
  frame.writeUInt32BE(chunks, 9);
  frame.set(digest, 13);
  return frame;
}

export function encodeVerdict(
  { code, detail }: Omit<VerdictFrame, 'type'>,
  detailBytesMax: number,
): Buffer {
  const text = utf8Prefix(detail, detailBytesMax);
  const header = Buffer.alloc(frameHeaderBytes.verdict);
  header.writeUInt8(frameTypes.verdict);
  header.writeUInt8(code === 'ok' ? okCode : verdictByteOf(code), 1);
  header.writeUInt16BE(text.length, 2);
  return Buffer.concat([header, text]);
}

/** As many whole characters as fit. */
function utf8Prefix(text: string, bytesMax: number): Uint8Array {
  const room = new Uint8Array(bytesMax);
  const { written } = new TextEncoder().encodeInto(text.toWellFormed(), room);
  return room.subarray(0, written);
}
