/**
 * Whether a table has the past that a keeper has seen.
 *
 * Each opening of the table begins a term, which a master names and the table remembers with the
 * commit at which it began. A copy that was put back left the term it was copied in at the commit
 * of the copy: a keeper that saw a later commit in that term, or a term that is not in the line,
 * has seen another table, whatever the numbers of epochs and commits have grown to since.
 *
 * An operator who has the table made again gives up the past for what keepers hold. That term
 * stands in the line as rebuilt: what a keeper saw before the first term that it obeyed from there
 * on speaks against nothing any more. What it saw after is judged as ever, so that an older copy of
 * the table that was made again is found out, too.
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
 *   had     all of it is this table's past
 *   later   it was a later table: this one is an older copy, or another one
 *   settled it was a later table, which an operator has given up since
 */
export type PastVerdict = 'had' | 'later' | 'settled';

/**
 * @param line the terms that the table was in, in order, the present one last
 * @param opened the table as its master found it, with the epoch of the present term
 */
export function judgePast(
  seen: SeenBefore,
  line: readonly TermBegun[],
  opened: { readonly epoch: number; readonly commit: number },
): PastVerdict {
  const rebuilt = line.findLastIndex((term) => term.rebuilt === true);
  const obeyed = seen.terms.findIndex(({ termId }) => placeOf(line, termId) >= rebuilt);
  // The numbers are of that term, too, or of before: each was raised above what was seen.
  if (rebuilt >= 0 && obeyed >= 0)
    return areOther(line, seen.terms.slice(obeyed)) ? 'later' : 'had';
  if (!areOther(line, seen.terms) && !areHigher(seen, opened)) return 'had';
  return rebuilt >= 0 ? 'settled' : 'later';
}

/** The term that has been rebuilt last: what keepers hold beyond the table is taken in since. */
export const lastRebuilt = (line: readonly TermBegun[]): string | undefined =>
  line.findLast((term) => term.rebuilt === true)?.termId;

const placeOf = (line: readonly TermBegun[], termId: string): number =>
  line.findIndex((term) => term.termId === termId);

const areOther = (line: readonly TermBegun[], terms: readonly SeenInTerm[]): boolean =>
  terms.some((seen) => !isPast(line, seen));

/** Keepers that remember no terms by name are judged by the numbers. */
const areHigher = (
  { highestEpoch, highestCommit }: SeenBefore,
  opened: { readonly epoch: number; readonly commit: number },
): boolean =>
  highestEpoch > opened.epoch || (highestEpoch < opened.epoch && highestCommit > opened.commit);

function isPast(line: readonly TermBegun[], { termId, commit }: SeenInTerm): boolean {
  const at = placeOf(line, termId);
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
