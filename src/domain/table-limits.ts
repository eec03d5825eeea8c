/** The bounds of the lookup table; `docs/limits.md` says what happens at each. */
export interface TableLimits {
  /** A reservation that no keeper is receiving ends after so long. */
  readonly uploadIdleMs: number;
  /** A tick later than this after the last one means that the master did not run: reservations are given that time back. */
  readonly tickGapMaxMs: number;
  /** Uploads in progress; past it a new one is refused as `unavailable`. */
  readonly uploadsOpenMax: number;
  /** Ended uploads that a retry can still ask about; the oldest go first. */
  readonly endedUploadsMax: number;
  /** Starts of masters that the table remembers; a keeper that was away for longer makes it look like an older copy. */
  readonly termsKeptMax: number;
  /** Rows of one answer, and of one step of closing an inventory. */
  readonly pageRowsMax: number;
  /** Messages that share one durable commit. */
  readonly batchMessagesMax: number;
  /** Requests sent and not answered; past it a request is refused as `unavailable`. */
  readonly pendingRequestsMax: number;
}

export const defaultTableLimits: TableLimits = {
  uploadIdleMs: 20_000,
  tickGapMaxMs: 5_000,
  uploadsOpenMax: 10_000,
  endedUploadsMax: 10_000,
  termsKeptMax: 1_000,
  pageRowsMax: 1_000,
  batchMessagesMax: 1_000,
  pendingRequestsMax: 10_000,
};
