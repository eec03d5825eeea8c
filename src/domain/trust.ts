/**
 * Judges whether the master may trust its table enough to order deletions.
 *
 * An empty or older table and a keeper not heard from are unknown, never gone: while
 * the evidence is missing, bytes stay where they are.
 */

export interface TrustEvidence {
  /** Keepers that the table knows and that were not retired. */
  readonly known: number;
  /** Of those, the ones whose full inventory this master has taken in. */
  readonly reported: number;
  /** Keepers that have seen a later commit than this table's, by name. */
  readonly ahead: readonly string[];
  /** Keepers that have come, and whose files are just being taken into a table that was made again. */
  readonly comingIn: number;
  /** `rebuilt`: this master was started to make the table again from what keepers hold. */
  readonly base: 'trusted' | 'rebuilt';
  /** The table was opened as it was closed, and has not been read from end to end yet. */
  readonly isUnread?: boolean;
}

export type TrustVerdict =
  | { readonly trust: 'whole' }
  /** Nothing speaks against the table, but some keepers have not reported, or more may come. */
  | { readonly trust: 'waiting'; readonly reason: string }
  /** The table is being made again. */
  | { readonly trust: 'not yet'; readonly reason: string }
  | { readonly trust: 'none'; readonly reason: string };

export function judgeTrust(evidence: TrustEvidence): TrustVerdict {
  const { known, reported, ahead, base } = evidence;
  if (ahead.length > 0)
    return {
      trust: 'none',
      reason: `the table is older than what ${ahead.join(', ')} has seen of it: put the later one back, or start the master with --rebuild`,
    };
  if (evidence.isUnread) return { trust: 'not yet', reason: 'the table is being read' };
  if (base === 'rebuilt') return judgeRebuilt(evidence);
  return judgeReports(known, reported);
}

/** Which keepers there are besides is not known for certain: they are waited for, for some time. */
function judgeRebuilt({ known, reported, comingIn }: TrustEvidence): TrustVerdict {
  if (known === 0)
    return { trust: 'not yet', reason: 'rebuilding: no keeper of the cluster has registered yet' };
  const reason = `rebuilding: ${reported} of ${known} keepers have been taken in`;
  if (comingIn > 0) return { trust: 'not yet', reason };
  if (reported < known) return judgeReports(known, reported);
  return {
    trust: 'waiting',
    reason: `the table was rebuilt: all ${known} keepers that have come have been taken in`,
  };
}

function judgeReports(known: number, reported: number): TrustVerdict {
  if (reported >= known) return { trust: 'whole' };
  const reason = `${reported} of ${known} known keepers have reported`;
  if (reported * 2 >= known) return { trust: 'waiting', reason };
  return { trust: 'none', reason: `${reason}: retire those that will never come back` };
}
