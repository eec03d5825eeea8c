/**
 * Judges whether a file is built as an mp4 is: boxes end to end, `ftyp` first, an index and media.
 *
 * Catches what happens to files on the way (cut short, filled with something else, a recording
 * that never got its index), not what a codec would object to. Only heads of top-level boxes are
 * looked at; the walk asks for them one by one, so that reading stays outside.
 *
 * Format: ISO/IEC 14496-12, section 4.2.
 */

/** Bytes that the walk wants to see next; it is answered with exactly so many. */
export interface HeadWanted {
  readonly offset: number;
  readonly length: number;
}

export type StructureVerdict =
  | { readonly ok: true; readonly faststart: boolean; readonly fragmented: boolean }
  /** A sentence for people. */
  | { readonly ok: false; readonly reason: string };

/** Beyond any film cut into fragments of a tenth of a second; bounds the reads of one walk. */
export const boxCountMax = 1_000_000;
const shortHeadBytes = 8;
const longHeadBytes = 16;

/** May stand before `ftyp`: padding, and a signature that some writers put first. */
const beforeFtyp: ReadonlySet<string> = new Set(['free', 'skip', 'wide', 'jP  ']);

/** @param size of the file in bytes. */
export function* walkBoxes(size: number): Generator<HeadWanted, StructureVerdict, Uint8Array> {
  let found = nothingFound;
  let offset = 0;
  for (let count = 0; offset < size; count += 1) {
    if (count === boxCountMax) return refuse(`the file has more than ${boxCountMax} boxes`);
    const left = size - offset;
    if (left < shortHeadBytes) return refuse(`${left} stray bytes follow the last box`);
    const head = yield { offset, length: Math.min(longHeadBytes, left) };
    const step = stepOver(found, parseHead(head, offset, left), left);
    if (!step.ok) return step;
    found = step.found;
    offset += step.bytes;
  }
  return size === 0 ? refuse('the file is empty') : judge(found);
}

const notAnMp4 = 'this is not an mp4 file: it does not begin with an "ftyp" box';

type Head =
  | { readonly ok: true; readonly type: string; readonly bytes: number }
  | { readonly ok: false; readonly reason: string };

function parseHead(bytes: Uint8Array, offset: number, left: number): Head {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const type = String.fromCharCode(...bytes.subarray(4, shortHeadBytes));
  if (!/^[\x20-\x7e\xa9]{4}$/.test(type)) return refuse(`there is no box at byte ${offset}`);
  const size = view.getUint32(0);
  if (size === 0) return { ok: true, type, bytes: left };
  if (size !== 1) {
    if (size < shortHeadBytes) return refuse(absurdSize(type, offset));
    return { ok: true, type, bytes: size };
  }
  if (bytes.length < longHeadBytes) return refuse(`the file ends in the head of its "${type}" box`);
  const longSize = view.getBigUint64(shortHeadBytes);
  if (longSize < longHeadBytes || longSize > Number.MAX_SAFE_INTEGER)
    return refuse(absurdSize(type, offset));
  return { ok: true, type, bytes: Number(longSize) };
}

type StepOver =
  | { readonly ok: true; readonly found: Found; readonly bytes: number }
  | { readonly ok: false; readonly reason: string };

function stepOver(found: Found, head: Head, left: number): StepOver {
  const next = head.ok ? noteBox(found, head.type) : undefined;
  if (next === undefined && !found.ftyp) return refuse(notAnMp4);
  if (!head.ok) return head;
  if (head.bytes > left) return refuse(cutShort(head.type, head.bytes - left));
  return { ok: true, found: next ?? found, bytes: head.bytes };
}

const cutShort = (type: string, missingBytes: number): string =>
  `the file ends in the middle of its "${type}" box: ${missingBytes} bytes are missing`;

const absurdSize = (type: string, offset: number): string =>
  `the "${type}" box at byte ${offset} has a size that cannot be`;

interface Found {
  readonly ftyp: boolean;
  readonly moov: boolean;
  readonly mdat: boolean;
  readonly moof: boolean;
  readonly moovBeforeMdat: boolean;
}

const nothingFound: Found = {
  ftyp: false,
  moov: false,
  mdat: false,
  moof: false,
  moovBeforeMdat: false,
};

/** What is known after one more box; undefined when it stands where `ftyp` should have been. */
function noteBox(found: Found, type: string): Found | undefined {
  if (type === 'ftyp') return { ...found, ftyp: true };
  if (!found.ftyp) return beforeFtyp.has(type) ? found : undefined;
  switch (type) {
    case 'moov':
      return { ...found, moov: true, moovBeforeMdat: !found.mdat };
    case 'mdat':
      return { ...found, mdat: true };
    case 'moof':
      return { ...found, moof: true };
    default:
      return found;
  }
}

function judge({ ftyp, moov, mdat, moof, moovBeforeMdat }: Found): StructureVerdict {
  if (!ftyp) return refuse(notAnMp4);
  if (!moov)
    return refuse(
      'the file has no "moov" box: its index is missing, the recording was not finished',
    );
  if (!mdat) return refuse('the file has no "mdat" box: there is no media in it');
  return { ok: true, faststart: moovBeforeMdat, fragmented: moof };
}

const refuse = (reason: string): { readonly ok: false; readonly reason: string } => ({
  ok: false,
  reason,
});
