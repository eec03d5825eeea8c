/** Entity tags (RFC 9110, 8.8.3), and lists of them as conditions name them. */

export interface EntityTag {
  readonly weak: boolean;
  /** Between the quotes. */
  readonly opaque: string;
}

/** `*` is any that there is. */
export type TagList = '*' | readonly EntityTag[];

const tag = /(W\/)?"([\x21\x23-\x7e\x80-\xff]*)"/;
const separator = /[ \t]*(?:,[ \t]*)+/;

export const strongTag = (opaque: string): EntityTag => ({ weak: false, opaque });

export const tagText = ({ weak, opaque }: EntityTag): string => `${weak ? 'W/' : ''}"${opaque}"`;

export function parseTag(text: string): EntityTag | undefined {
  const [whole, weak, opaque = ''] = tag.exec(text) ?? [];
  return whole === text ? { weak: weak !== undefined, opaque } : undefined;
}

/** What is no tag is left out: it equals none. */
export function parseTagList(text: string): TagList {
  const trimmed = text.trim();
  if (trimmed === '*') return '*';
  const tags: EntityTag[] = [];
  // A comma may stand in a tag.
  const next = new RegExp(`(${tag.source})(?=${separator.source}|$)`, 'g');
  for (const [, whole = ''] of trimmed.matchAll(next)) {
    const parsed = parseTag(whole);
    if (parsed !== undefined) tags.push(parsed);
  }
  return tags;
}

export const equalStrongly = (one: EntityTag, other: EntityTag): boolean =>
  !one.weak && !other.weak && one.opaque === other.opaque;

export const equalWeakly = (one: EntityTag, other: EntityTag): boolean =>
  one.opaque === other.opaque;
