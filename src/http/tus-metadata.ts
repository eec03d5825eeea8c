/**
 * What a client says of its upload by the tus protocol: `filename` is the name of the file, and it may
 * say `target`, `acks` and `replace`. Whatever else is there is kept and told again.
 */
import { acceptName } from '../domain/names.js';

export type TusMetadata = Readonly<Record<string, string | null>>;

export interface TusWish {
  readonly name: string;
  readonly target: number | undefined;
  readonly acks: number | undefined;
  readonly replace: boolean;
}

export type TusWishVerdict =
  | { readonly ok: true; readonly wish: TusWish }
  | { readonly ok: false; readonly reason: string };

export function readTusWish(metadata: TusMetadata): TusWishVerdict {
  const name = acceptName(metadata['filename'] ?? '');
  if (!name.ok) return refuse(`the metadata "filename": ${name.reason}`);
  const target = countIn(metadata, 'target');
  const acks = countIn(metadata, 'acks');
  if (target === 'bad' || acks === 'bad')
    return refuse('the metadata "target" and "acks" are whole numbers of at least 1');
  const replace = flagIn(metadata, 'replace');
  if (replace === 'bad') return refuse('the metadata "replace" is true or false');
  return { ok: true, wish: { name: name.name, target, acks, replace } };
}

function countIn(metadata: TusMetadata, key: string): number | undefined | 'bad' {
  const text = metadata[key];
  if (text === undefined) return undefined;
  return text !== null && /^[1-9]\d{0,5}$/.test(text) ? Number(text) : 'bad';
}

/** Without a value it is said, too. */
function flagIn(metadata: TusMetadata, key: string): boolean | 'bad' {
  const text = metadata[key];
  if (text === undefined || text === 'false') return false;
  return text === null || text === '' || text === 'true' ? true : 'bad';
}

const refuse = (reason: string): TusWishVerdict => ({ ok: false, reason });
