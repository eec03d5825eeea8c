/** The `Range` header (RFC 9110, 14): which bytes of a file are asked for. */

/** From the first byte to the last, both included. */
export interface ByteRange {
  readonly first: number;
  readonly last: number;
}

export type RangeVerdict =
  /** Nothing that can be understood as ranges of bytes: the whole file is meant. */
  | { readonly type: 'whole' }
  | { readonly type: 'parts'; readonly parts: readonly ByteRange[] }
  /** Nothing of it is in the file, or it is asked for in too many pieces. */
  | { readonly type: 'unsatisfiable' };

export const rangesMax = 16;

/** @param size of the file, in bytes */
export function judgeRange(header: string | undefined, size: number): RangeVerdict {
  const [, set] = /^bytes=(.*)$/i.exec(header?.trim() ?? '') ?? [];
  if (set === undefined) return { type: 'whole' };
  const specs = set
    .split(',')
    .map((spec) => spec.trim())
    .filter((spec) => spec !== '');
  const parsed = specs.map((spec) => parseSpec(spec, size));
  if (parsed.length === 0 || parsed.includes('invalid')) return { type: 'whole' };
  if (parsed.length > rangesMax) return { type: 'unsatisfiable' };
  const parts = parsed.filter((one): one is ByteRange => typeof one === 'object');
  if (parts.length === 0)
    return { type: parsed.includes('nothing of an empty file') ? 'whole' : 'unsatisfiable' };
  return { type: 'parts', parts: withoutOverlap(parts) };
}

type Parsed = ByteRange | 'invalid' | 'beyond' | 'nothing of an empty file';

function parseSpec(spec: string, size: number): Parsed {
  const [, from, to] = /^(\d*)-(\d*)$/.exec(spec) ?? [];
  if (from === undefined || to === undefined || (from === '' && to === '')) return 'invalid';
  if (from === '') return suffix(Number(to), size);
  const first = Number(from);
  const last = to === '' ? Number.POSITIVE_INFINITY : Number(to);
  if (last < first) return 'invalid';
  return first >= size ? 'beyond' : { first, last: Math.min(last, size - 1) };
}

function suffix(length: number, size: number): Parsed {
  if (length === 0) return 'beyond';
  // All of it is asked for, and no range can say so.
  if (size === 0) return 'nothing of an empty file';
  return { first: Math.max(0, size - length), last: size - 1 };
}

/** In the order in which they were asked for; in that of the file, and joined, if some overlap. */
function withoutOverlap(parts: readonly ByteRange[]): readonly ByteRange[] {
  const sorted = [...parts].sort((a, b) => a.first - b.first);
  const joined: ByteRange[] = [];
  for (const part of sorted) {
    const before = joined.at(-1);
    if (before === undefined || part.first > before.last) joined.push(part);
    else
      joined[joined.length - 1] = { first: before.first, last: Math.max(before.last, part.last) };
  }
  return joined.length === parts.length ? parts : joined;
}

export const lengthOf = ({ first, last }: ByteRange): number => last - first + 1;

export const contentRange = ({ first, last }: ByteRange, size: number): string =>
  `bytes ${first}-${last}/${size}`;

export const unsatisfiedRange = (size: number): string => `bytes */${size}`;
