/** What no well-meaning peer of a data port would say, after the greeting or instead of it. */
import { randomBytes } from 'node:crypto';
import { encodeGreeting, frameHeaderBytes, frameTypes } from '../../../src/transfer/frames.js';

const mebibyte = 1024 ** 2;

export const http = Buffer.from('GET / HTTP/1.1\r\nHost: films\r\n\r\n');

/** Each stands where a length or a count does: in 4, in 8 and as a varint in 10 bytes. */
const absurd = [-1n, 2n ** 31n, 2n ** 53n, 2n ** 64n - 1n];

/** As whole conversations. */
export function absurdLengths(): readonly (readonly Buffer[])[] {
  const heads = absurd.map((length) => {
    const frame = Buffer.alloc(frameHeaderBytes.request);
    frame.writeUInt8(frameTypes.request);
    frame.writeUInt32BE(Number(BigInt.asUintN(32, length)), 1);
    return frame;
  });
  const chunks = absurd.map((length) => {
    const frame = Buffer.alloc(frameHeaderBytes.chunk);
    frame.writeUInt8(frameTypes.chunk);
    frame.writeUInt32BE(Number(BigInt.asUintN(32, length)), 5);
    return frame;
  });
  const ends = absurd.map((length) => {
    const frame = Buffer.alloc(frameHeaderBytes.end);
    frame.writeUInt8(frameTypes.end);
    frame.writeBigUInt64BE(BigInt.asUintN(64, length), 1);
    return frame;
  });
  const claims = absurd.map((length) =>
    requestOf(Buffer.concat([Buffer.from([0x12]), varint(length)])),
  );
  return [...heads, ...chunks, ...ends, ...claims].map((frame) => [encodeGreeting(), frame]);
}

/** A head of so many bytes, said to its end. */
export function* longHead(bytes: number): Generator<Buffer> {
  yield encodeGreeting();
  const frame = Buffer.alloc(frameHeaderBytes.request);
  frame.writeUInt8(frameTypes.request);
  frame.writeUInt32BE(bytes, 1);
  yield frame;
  for (let said = 0; said < bytes; said += mebibyte) yield Buffer.alloc(mebibyte);
}

export const garbage = (): readonly Buffer[] => [encodeGreeting(), randomBytes(100_000)];

function requestOf(head: Buffer): Buffer {
  const frame = Buffer.alloc(frameHeaderBytes.request);
  frame.writeUInt8(frameTypes.request);
  frame.writeUInt32BE(head.length, 1);
  return Buffer.concat([frame, head]);
}

function varint(value: bigint): Buffer {
  const bytes: number[] = [];
  for (let rest = BigInt.asUintN(64, value); ; rest >>= 7n) {
    const more = rest > 127n;
    bytes.push(Number(rest & 127n) | (more ? 128 : 0));
    if (!more) return Buffer.from(bytes);
  }
}
