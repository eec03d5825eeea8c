/**
 * Whether a table has the past that a keeper has seen.
 *
 * Each opening of the table begins a term, which a master names and the table remembers with the
 * commit at which it began. A copy that was put back left the term it was copied in at the commit
 * of the copy: a keeper that saw a later commit in that term, or a term that is not in the line,
 * has seen another table, whatever the numbers of epochs and commits have grown to since.
 */
import type { TermBegun } from './table-rows.js';

export interface SeenInTerm {
  readonly termId: string;
  /** The highest that was seen in it. */
  readonly commit: number;
}

/** @param line in order, the present term last. */
export function isPast(line: readonly TermBegun[], { termId, commit }: SeenInTerm): boolean {
  const at = line.findIndex((term) => term.termId === termId);
  if (at < 0) return false;
  const next = line[at + 1];
  return next === undefined || commit <= next.beganAt;
}
