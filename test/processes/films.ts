/** Films for tests: real mp4 files of any size, told apart by their tint, and what is done to their bytes. */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { cp, open, stat } from 'node:fs/promises';
import { createRequire } from 'node:module';

export const clip = createRequire(import.meta.url).resolve('#fixtures/clip.mp4');

/** A real mp4 of exactly so many bytes: the clip, and a `free` box that players skip. */
export async function makeFilm(path: string, bytes: number, tint = 0): Promise<string> {
  await cp(clip, path);
  const { size } = await stat(path);
  const file = await open(path, 'r+');
  try {
    const head = Buffer.alloc(16);
    head.writeUInt32BE(1);
    head.write('free', 4);
    head.writeBigUInt64BE(BigInt(bytes - size), 8);
    await file.write(head, 0, head.length, size);
    const piece = Buffer.alloc(1024 * 1024);
    for (let at = size + head.length; at < bytes; at += piece.length) {
      for (let word = 0; word < piece.length; word += 4096)
        piece.writeUInt32LE((at + word + tint) % 2 ** 32, word);
      await file.write(piece, 0, Math.min(piece.length, bytes - at), at);
    }
  } finally {
    await file.close();
  }
  return path;
}

export async function flipByte(path: string, at: number): Promise<void> {
  const file = await open(path, 'r+');
  try {
    const byte = Buffer.alloc(1);
    await file.read(byte, 0, 1, at);
    byte.writeUInt8((byte.readUInt8() + 1) % 256);
    await file.write(byte, 0, 1, at);
  } finally {
    await file.close();
  }
}

export async function sha256(path: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const piece of createReadStream(path)) hash.update(piece);
  return hash.digest('hex');
}

export const mebibytes = (count: number): number => count * 1024 * 1024;
