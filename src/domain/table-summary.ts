/** What the lookup table comes to, as a master tells it. */
import type { ClusterId } from './ids.js';

export interface TableSummary {
  readonly clusterId: ClusterId;
  readonly epoch: number;
  readonly commit: number;
  readonly files: number;
  readonly bytes: number;
  readonly uploadsInProgress: number;
  /** Pairs of a deleted file and a keeper that has not confirmed. */
  readonly deletionsDue: number;
}
