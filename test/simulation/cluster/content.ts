/**
 * Bytes that say whose they are: a tag stands for the whole content of a file.
 *
 * Each byte follows from the tag and its place, so that any piece of one file in another is seen.
 */
import { blake3 } from '@napi-rs/blake-hash';
import { chunkBytes } from '../../../src/domain/chunk-plan.js';
import { Chance, hashText } from '../world/chance.js';

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
  const bytes = isFilm
    ? Buffer.concat([box('ftyp', isom), box('moov', isom), box('mdat', media)])
    : media;
  return { tag, bytes, digest: digestOf(bytes) };
}

const isom = Buffer.from('isom\0\0\0\0', 'latin1');

/** ISO/IEC 14496-12, section 4.2. */
function box(type: string, body: Buffer): Buffer {
  const head = Buffer.alloc(8);
  head.writeUInt32BE(head.length + body.length);
  head.write(type, 4, 'latin1');
  return Buffer.concat([head, body]);
}

/** BLAKE3 over the BLAKE3 digests of its chunks, in order. */
function digestOf(bytes: Buffer): string {
  const digests: Buffer[] = [];
  for (let at = 0; at < bytes.length; at += chunkBytes)
    digests.push(blake3(bytes.subarray(at, at + chunkBytes)) as Buffer);
  return (blake3(Buffer.concat(digests)) as Buffer).toString('hex');
}
