/**
 * What the replication loop keeps in mind, and how one file finds its place in it.
 *
 * The maps and indexes are owned by the loop: a step changes them in place and hands them on,
 * so that it costs what it changes and not what there is.
 */
import { backoffMs } from './backoff.js';
import { CopiesInFlight } from './copies-in-flight.js';
import { type FileId, type KeeperId, type Millis, millis } from './ids.js';
import { KeeperTroubles } from './keeper-troubles.js';
import type { KeeperView } from './keeper-view.js';
import { atOnce, type Lane, NeedIndex, type TrackedFile } from './need-index.js';
import {
  type FileNeed,
  isInNeed,
  judgeNeed,
  type ReplicatedFile,
  takeCensus,
} from './replica-census.js';
import type { ReplicationLimits } from './replication-limits.js';
import type { DropPlan } from './replication-plan.js';
import { calm, type StormWatch } from './storm-guard.js';
import { SurveyQueue } from './survey-queue.js';

interface DropInFlight extends Pick<DropPlan, 'keeper' | 'why'> {
  readonly deadline: Millis;
  /** Its keeper has carried it out; the table's word of it is to come. */
  readonly dropped: boolean;
}

export interface ReplicationState {
  readonly limits: ReplicationLimits;
  readonly mode: 'recovering' | 'safe mode' | 'serving';
  readonly storm: StormWatch;
  readonly views: Map<KeeperId, KeeperView>;
  /** The start of each keeper whose replicas were last surveyed as present. */
  readonly surveyedStarts: Map<KeeperId, number>;
  readonly needs: NeedIndex;
  readonly copies: CopiesInFlight;
  readonly drops: Map<FileId, DropInFlight>;
  readonly surveys: SurveyQueue;
  readonly troubles: KeeperTroubles;
}

export const createReplicationState = (limits: ReplicationLimits): ReplicationState => ({
  limits,
  mode: 'recovering',
  storm: calm,
  views: new Map(),
  surveyedStarts: new Map(),
  needs: new NeedIndex(limits.filesTrackedMax, limits.refillEveryMs),
  copies: new CopiesInFlight(),
  drops: new Map(),
  surveys: new SurveyQueue(),
  troubles: new KeeperTroubles({
    firstMs: limits.backoffFirstMs,
    maxMs: limits.keeperBackoffMaxMs,
    failuresMax: limits.keeperFailuresMax,
  }),
});

/** Judges a file by the keepers' states now; what no longer needs anything leaves the index. */
export function trackFile(state: ReplicationState, file: ReplicatedFile, now: Millis): void {
  const need = judgeNeed(file, takeCensus(file, state.views));
  if (!isInNeed(need)) {
    state.needs.remove(file.fileId);
    return;
  }
  const known = state.needs.get(file.fileId);
  const hasImproved = known === undefined || need.live > known.need.live;
  // What failed before that was a drop: a copy does not wait because of it.
  const isNewlyShort = need.isBelowTarget && known?.need.isBelowTarget === false;
  const isFresh = hasImproved || isNewlyShort;
  const failures = isFresh ? 0 : known.failures;
  const notBefore = isFresh ? atOnce : known.notBefore;
  const lane = laneOf(state, file.fileId, need, notBefore > now);
  state.needs.put({ file: keepInMind(file, state), need, lane, failures, notBefore });
}

/** As `trackFile`, for a file of which only the id is at hand. */
export function trackAgain(state: ReplicationState, fileId: FileId, now: Millis): void {
  const tracked = state.needs.get(fileId);
  if (tracked !== undefined) trackFile(state, tracked.file, now);
}

/** A copy or a drop of the file came to nothing: it waits, longer each time. */
export function noteFileFailure(state: ReplicationState, fileId: FileId, now: Millis): void {
  const tracked = state.needs.get(fileId);
  if (tracked === undefined) return;
  const failures = tracked.failures + 1;
  const { backoffFirstMs: firstMs, backoffMaxMs: maxMs } = state.limits;
  const notBefore = millis(now + backoffMs(failures, fileId, { firstMs, maxMs }));
  state.needs.put({ ...tracked, failures, notBefore });
  trackAgain(state, fileId, now);
}

/** Nothing can be done for the file now, through no fault of its own. */
export function putOff(state: ReplicationState, tracked: TrackedFile, now: Millis): void {
  const { blockedRetryMs } = state.limits;
  const delayMs = backoffMs(1, tracked.file.fileId, {
    firstMs: blockedRetryMs,
    maxMs: blockedRetryMs,
  });
  state.needs.put({ ...tracked, lane: 'waiting', notBefore: millis(now + delayMs) });
}

function laneOf(
  { copies, drops }: ReplicationState,
  fileId: FileId,
  need: FileNeed,
  mustWait: boolean,
): Lane {
  const inFlight = copies.of(fileId).size;
  const isCopyWanted = need.wanted > inFlight;
  const isDropWanted =
    !need.isBelowTarget && need.surplus + need.unwanted > 0 && inFlight === 0 && !drops.has(fileId);
  if (!isCopyWanted && !isDropWanted) return 'at rest';
  if (mustWait) return 'waiting';
  return isCopyWanted ? 'copy' : 'drop';
}

/** Only what replication needs of the record, with the names of keepers shared between files. */
const keepInMind = (
  { fileId, size, digest, target, replicas }: ReplicatedFile,
  { views }: ReplicationState,
): ReplicatedFile => ({
  fileId,
  size,
  digest,
  target,
  replicas: replicas.map((replica) => ({
    ...replica,
    keeper: views.get(replica.keeper)?.keeper ?? replica.keeper,
  })),
});
