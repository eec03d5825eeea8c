/**
 * Whether a table has the past that a keeper has seen.
 *
 * Each opening of the table begins a term, which a master names and the table remembers with the
 * commit at which it began. A copy that was put back left the term it was copied in at the commit
 * of the copy: a keeper that saw a later commit in that term, or a term that is not in the line,
 * has seen another table, whatever the numbers of epochs and commits have grown to since.
 */
import type { TermBegun } from './table-rows.js';

/** What a keeper has seen of one term. */
export interface SeenInTerm {
  /** As its master named it. */
  readonly termId: string;
  /** The highest that was seen in it. */
  readonly commit: number;
}

/** What a keeper has seen of the table, in all the terms that it obeyed. */
export interface SeenBefore {
  readonly highestEpoch: number;
  readonly highestCommit: number;
  /** The last ones, in order. */
  readonly terms: readonly SeenInTerm[];
}

/**
 * @param line the terms that the table was in, in order, the present one last
 * @param opened the table as its master found it, with the epoch of the present term
 */
export function hasSeenLater(
  { highestEpoch, highestCommit, terms }: SeenBefore,
  line: readonly TermBegun[],
  opened: { readonly epoch: number; readonly commit: number },
): boolean {
  if (terms.some((seen) => !isPast(line, seen))) return true;
  // Keepers that remember no terms by name are judged by the numbers.
  return (
    highestEpoch > opened.epoch || (highestEpoch < opened.epoch && highestCommit > opened.commit)
  );
}

function isPast(line: readonly TermBegun[], { termId, commit }: SeenInTerm): boolean {
  const at = line.findIndex((term) => term.termId === termId);
  if (at < 0) return false;
  const next = line[at + 1];
  return next === undefined || commit <= next.beganAt;
}

/** What a keeper has seen when it has seen this, too; nothing new while it obeys no term. */
export function withSeen(
  before: readonly SeenInTerm[],
  { termId, commit }: SeenInTerm,
): readonly SeenInTerm[] {
  if (termId === '') return before;
  const last = before.at(-1);
  if (last?.termId !== termId) return [...before, { termId, commit }];
  return [...before.slice(0, -1), { termId, commit: Math.max(last.commit, commit) }];
}
