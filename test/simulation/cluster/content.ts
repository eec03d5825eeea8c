/**
 * Bytes that say whose they are: a tag stands for the whole content of a file.
 *
 * Each byte follows from the tag and its place, so that any piece of one file in another is seen.
 */
import { blake3 } from '@napi-rs/blake-hash';
import { chunkBytes } from '../../../src/domain/chunk-plan.js';
import { Chance, hashText } from '../world/chance.js';
import { aMoov } from './a-moov.js';

/** How a reader of a story finds a content again. */
export interface Content {
  readonly tag: string;
  readonly bytes: Buffer;
  /** Lower-case hex, computed apart from the production code that computes it. */
  readonly digest: string;
}

/** @param isFilm built as an mp4 is, with the bytes as its media. */
export function makeContent(tag: string, size: number, isFilm: boolean): Content {
  const media = new Chance(hashText(tag)).bytes(size);
  media.write(tag.slice(0, size), 0, 'latin1');
  const bytes = isFilm ? makeFilm(media) : media;
  return { tag, bytes, digest: digestOf(bytes) };
}

const isom = Buffer.from('isom\0\0\0\0', 'latin1');

/** As writers of films arrange them, and as they come after an accident. */
const arrangements: readonly ((media: Buffer) => readonly Buffer[])[] = [
  (media) => [aMoov, box('mdat', media)],
  (media) => [box('free', Buffer.alloc(8)), box('mdat', media), aMoov],
  (media) => [aMoov, box('moof', isom), box('mdat', media)],
  (media) => [longBox('mdat', media), aMoov],
  (media) => [aMoov, lastBox('mdat', media)],
  (media) => [box('moov', isom), box('mdat', media)],
  (media) => [aMoov, box('mdat', media).subarray(0, -1)],
  (media) => [box('mdat', media)],
  (media) => [aMoov, media],
];

/** Its media say which arrangement it has. */
function makeFilm(media: Buffer): Buffer {
  const arrange = arrangements[hashText(media.toString('latin1')) % arrangements.length];
  return Buffer.concat([box('ftyp', isom), ...(arrange?.(media) ?? [])]);
}

/** ISO/IEC 14496-12, section 4.2. */
function box(type: string, body: Buffer): Buffer {
  const head = Buffer.alloc(8);
  head.writeUInt32BE(head.length + body.length);
  head.write(type, 4, 'latin1');
  return Buffer.concat([head, body]);
}

/** Its size is in 64 bits. */
function longBox(type: string, body: Buffer): Buffer {
  const head = Buffer.alloc(16);
  head.writeUInt32BE(1);
  head.write(type, 4, 'latin1');
  head.writeBigUInt64BE(BigInt(head.length + body.length), 8);
  return Buffer.concat([head, body]);
}

/** It goes on to the end of the file. */
function lastBox(type: string, body: Buffer): Buffer {
  const last = box(type, body);
  last.writeUInt32BE(0);
  return last;
}

/** BLAKE3 over the BLAKE3 digests of its chunks, in order. */
function digestOf(bytes: Buffer): string {
  const digests: Buffer[] = [];
  for (let at = 0; at < bytes.length; at += chunkBytes)
    digests.push(blake3(bytes.subarray(at, at + chunkBytes)) as Buffer);
  return (blake3(Buffer.concat(digests)) as Buffer).toString('hex');
}
