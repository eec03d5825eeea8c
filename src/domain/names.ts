/**
 * Which names a file may have.
 *
 * A name is 1 to 1,024 bytes of UTF-8 in NFC; `/` separates. It is a label in the
 * table and never becomes a path on a keeper.
 */
const nameBytesMax = 1024;
/** NFC makes four bytes into one at most: what is longer becomes no name. */
const textBytesMax = 4096;

export type NameVerdict =
  | { readonly ok: true; readonly name: string }
  | { readonly ok: false; readonly reason: string };

export function acceptName(text: string): NameVerdict {
  const refuse = (reason: string): NameVerdict => ({ ok: false, reason });
  // What was no UTF-8 on its way here, in arguments or on a wire, comes with this in its place.
  if (!text.isWellFormed() || text.includes('\ufffd'))
    return refuse('the name is not valid Unicode');
  const name = normalizedName(text);
  if (name === undefined) return refuse(`the name is longer than ${nameBytesMax} bytes`);
  if (name.length === 0) return refuse('the name is empty');
  if (/\p{Cc}/u.test(name)) return refuse('the name has a control character');
  if (name.startsWith('/')) return refuse('the name begins with "/"');
  for (const part of name.split('/')) {
    if (part === '') return refuse('the name has an empty part between two "/" or at its end');
    if (part === '.' || part === '..') return refuse(`the name has a part "${part}"`);
  }
  return { ok: true, name };
}

export type PrefixVerdict =
  | { readonly ok: true; readonly prefix: string }
  | { readonly ok: false; readonly reason: string };

/** What names may begin with; the empty one is every name's. */
export function acceptPrefix(text: string): PrefixVerdict {
  if (text === '') return { ok: true, prefix: '' };
  const verdict = acceptName(text.endsWith('/') ? text.slice(0, -1) : text);
  if (!verdict.ok) return verdict;
  return { ok: true, prefix: text.endsWith('/') ? `${verdict.name}/` : verdict.name };
}

/**
 * As names are stored and compared. Putting accents in order takes time with the square of how many
 * there are, so that a message full of them would keep a process busy for an hour.
 *
 * @returns undefined for what is too long to be a name, or to begin one
 */
export function normalizedName(text: string): string | undefined {
  if (utf8Length(text) > textBytesMax) return undefined;
  const name = text.normalize('NFC');
  return fitsName(name) ? name : undefined;
}

/** Whether a name could begin with it, or be it, as far as its length goes. */
export const fitsName = (text: string): boolean => utf8Length(text) <= nameBytesMax;

function utf8Length(text: string): number {
  let bytes = 0;
  for (const character of text) {
    const code = character.codePointAt(0) ?? 0;
    bytes += code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
  }
  return bytes;
}
