/** Sums over the rows of the table, kept in the same step as the rows so that no scan is needed. */
export interface TableTotals {
  readonly files: number;
  /** Of the files, each counted once. */
  readonly bytes: number;
  /** Reserved or committed, and not ended. */
  readonly uploadsInProgress: number;
  /** Pairs of a deleted file and a keeper that has not confirmed. */
  readonly deletionsDue: number;
  readonly endedUploads: number;
  /** Uploads that ever ended; gives each its place in the order of pruning. */
  readonly endedEver: number;
}

export const noTotals: TableTotals = {
  files: 0,
  bytes: 0,
  uploadsInProgress: 0,
  deletionsDue: 0,
  endedUploads: 0,
  endedEver: 0,
};

export function addTotals(totals: TableTotals, changes: Partial<TableTotals>): TableTotals {
  return {
    files: totals.files + (changes.files ?? 0),
    bytes: totals.bytes + (changes.bytes ?? 0),
    uploadsInProgress: totals.uploadsInProgress + (changes.uploadsInProgress ?? 0),
    deletionsDue: totals.deletionsDue + (changes.deletionsDue ?? 0),
    endedUploads: totals.endedUploads + (changes.endedUploads ?? 0),
    endedEver: totals.endedEver + (changes.endedEver ?? 0),
  };
}
