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
}

export type TrustVerdict =
  | { readonly trust: 'whole' }
  /** Nothing speaks against the table, but some keepers have not reported yet. */
  | { readonly trust: 'waiting'; readonly reason: string }
  | { readonly trust: 'none'; readonly reason: string };

export function judgeTrust({ known, reported, ahead }: TrustEvidence): TrustVerdict {
  if (ahead.length > 0)
    return {
      trust: 'none',
      reason: `the table is older than what ${ahead.join(', ')} has seen of it`,
    };
  if (reported >= known) return { trust: 'whole' };
  const reason = `${reported} of ${known} known keepers have reported`;
  return reported * 2 < known ? { trust: 'none', reason } : { trust: 'waiting', reason };
}
