/** How far a keeper has come with reading its replicas again, as it tells with each heartbeat. */
export interface ScrubProgress {
  /** Replicas read in the pass that is under way, or in the last one. */
  readonly checked: number;
  /** Of the pass that is under way; 100 when none is. */
  readonly percent: number;
  /** Found since the keeper's start. */
  readonly quarantined: number;
  readonly unreadable: number;
  /** Since the last whole pass ended; absent when none has since the keeper's start. */
  readonly passedMs?: number;
}
