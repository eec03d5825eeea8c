/** Several parts of a file as one body (RFC 9110, 14.6): what stands before, between and after them. */
import { type ByteRange, contentRange, lengthOf } from './byte-ranges.js';

export interface Multipart {
  readonly contentType: string;
  /** Of the whole body. */
  readonly bytes: number;
  /** Before the part of that number. */
  head(at: number): string;
  readonly tail: string;
}

interface MultipartOptions {
  readonly parts: readonly ByteRange[];
  /** Of the file. */
  readonly size: number;
  readonly contentType: string;
  /** Letters and digits that are not in the file. */
  readonly boundary: string;
}

export function multipart({ parts, size, contentType, boundary }: MultipartOptions): Multipart {
  const heads = parts.map((part, at) =>
    [
      `${at === 0 ? '' : '\r\n'}--${boundary}`,
      `Content-Type: ${contentType}`,
      `Content-Range: ${contentRange(part, size)}`,
      '\r\n',
    ].join('\r\n'),
  );
  const tail = `\r\n--${boundary}--\r\n`;
  const between = [...heads, tail].reduce((sum, text) => sum + text.length, 0);
  return {
    contentType: `multipart/byteranges; boundary=${boundary}`,
    bytes: parts.reduce((sum, part) => sum + lengthOf(part), between),
    head: (at) => heads[at] ?? '',
    tail,
  };
}
