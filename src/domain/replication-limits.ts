/** The bounds within which replicas are made and dropped. */
import assert from 'node:assert/strict';

export interface ReplicationLimits {
  /** Copies read from one keeper at a time. */
  readonly copiesPerSourceMax: number;
  /** Copies written by one keeper at a time. */
  readonly copiesPerDestinationMax: number;
  readonly copiesInFlightMax: number;
  /** A copy counts as failed after this and the time that its bytes take at the lowest rate. */
  readonly copyDeadlineMs: number;
  readonly copyBytesPerSecondMin: number;
  readonly dropsInFlightMax: number;
  /** A drop counts as failed so long after it was ordered, or should have been. */
  readonly dropDeadlineMs: number;
  /** The replicas that stay are verified before, in this and the time that their bytes take at the lowest rate. */
  readonly dropVerifyMs: number;
  readonly dropVerifyBytesPerSecondMin: number;
  /** From the end of a copy or a drop until the table's own word of it must have come. */
  readonly settleMs: number;
  /** Files on one page of a survey. */
  readonly surveyLimit: number;
  /** A page not answered by then is asked for again. */
  readonly surveyDeadlineMs: number;
  /** Files looked at in one step, for each number of live replicas. */
  readonly candidatesMax: number;
  /** Files in need that are kept in mind; the least pressing are left to a later survey. */
  readonly filesTrackedMax: number;
  /** How often the table is walked for files that were left out, while there are such. */
  readonly refillEveryMs: number;
  /** Of a file whose copy or drop failed. */
  readonly backoffFirstMs: number;
  readonly backoffMaxMs: number;
  /** Failures in a row after which a keeper is given no copy for a while. */
  readonly keeperFailuresMax: number;
  readonly keeperBackoffMaxMs: number;
  /** Until a file that nothing can be done for now is looked at again. */
  readonly blockedRetryMs: number;
  /** So many keepers, and at least half, lost within the window make a storm. */
  readonly stormKeepersMin: number;
  readonly stormWindowMs: number;
  /** How long nothing is copied in a storm; twice that when it goes on. */
  readonly stormGraceMs: number;
  /** How long nothing is copied after the master itself was paused. */
  readonly pauseGraceMs: number;
}

const replicationDefaults: ReplicationLimits = {
  copiesPerSourceMax: 4,
  copiesPerDestinationMax: 4,
  copiesInFlightMax: 256,
  copyDeadlineMs: 30_000,
  copyBytesPerSecondMin: 1024 ** 2,
  dropsInFlightMax: 64,
  dropDeadlineMs: 30_000,
  dropVerifyMs: 120_000,
  dropVerifyBytesPerSecondMin: 1024 ** 2,
  settleMs: 5_000,
  surveyLimit: 500,
  surveyDeadlineMs: 30_000,
  candidatesMax: 256,
  filesTrackedMax: 100_000,
  refillEveryMs: 600_000,
  backoffFirstMs: 1_000,
  backoffMaxMs: 300_000,
  keeperFailuresMax: 3,
  keeperBackoffMaxMs: 30_000,
  blockedRetryMs: 10_000,
  stormKeepersMin: 2,
  stormWindowMs: 5_000,
  stormGraceMs: 10_000,
  pauseGraceMs: 3_000,
};

/** A broken relation is a programmer's error. */
export function resolveReplicationLimits(
  given: Partial<ReplicationLimits> = {},
): ReplicationLimits {
  const limits = { ...replicationDefaults, ...given };
  for (const [name, value] of Object.entries(limits)) assert(value > 0, `${name} > 0`);
  assert(limits.copiesPerSourceMax <= limits.copiesInFlightMax, 'per source <= in flight');
  assert(
    limits.copiesPerDestinationMax <= limits.copiesInFlightMax,
    'per destination <= in flight',
  );
  assert(limits.backoffFirstMs <= limits.backoffMaxMs, 'backoffFirstMs <= backoffMaxMs');
  assert(limits.backoffFirstMs <= limits.keeperBackoffMaxMs, 'first <= keeperBackoffMaxMs');
  assert(limits.stormKeepersMin >= 2, 'the loss of one keeper is not a storm');
  return limits;
}
