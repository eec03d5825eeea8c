/**
 * Turns the files in need into orders, within the bounds, as far as slots are free.
 *
 * Fewest live replicas first. A bounded number of files is looked at, and one that cannot be
 * helped goes to the end of its lane, so that it holds up nobody.
 */
import { type Digest, type FileId, type KeeperId, type Millis, millis } from './ids.js';
import type { TrackedFile } from './need-index.js';
import { judgeNeed, takeCensus } from './replica-census.js';
import type { ReplicationLimits } from './replication-limits.js';
import {
  type CopyPlan,
  type DropPlan,
  isAnySlotFree,
  planCopy,
  planDrop,
} from './replication-plan.js';
import { putOff, type ReplicationState, trackFile } from './replication-state.js';

export interface CopyOrder {
  readonly fileId: FileId;
  readonly size: number;
  readonly digest: Digest;
  /** Best first. */
  readonly sources: readonly KeeperId[];
  readonly destination: KeeperId;
}

export type DropOrder = DropPlan & {
  readonly fileId: FileId;
  /** From now, for all of those that stay. */
  readonly verifyWithinMs: number;
};

/** None while recovering, in a storm, or just after a pause. */
export function orderCopies(state: ReplicationState, now: Millis): readonly CopyOrder[] {
  if (state.mode === 'recovering' || now < state.storm.heldUntil) return [];
  const { needs, limits } = state;
  const orders: CopyOrder[] = [];
  for (const live of needs.liveCounts) {
    const looks = Math.min(needs.countCopies(live), limits.candidatesMax);
    for (let look = 0; look < looks && isAnySlotFree(state); look += 1) {
      const tracked = needs.nextCopy(live);
      if (tracked !== undefined) orders.push(...orderCopiesOf(state, tracked, now));
    }
  }
  return orders;
}

/** Only while serving, when no keepers have just vanished together. */
export function orderDrops(state: ReplicationState, now: Millis): readonly DropOrder[] {
  if (state.mode !== 'serving' || now < state.storm.heldUntil) return [];
  const { needs, drops, limits } = state;
  const orders: DropOrder[] = [];
  const looks = Math.min(needs.dropCount, limits.candidatesMax);
  for (let look = 0; look < looks && drops.size < limits.dropsInFlightMax; look += 1) {
    const tracked = needs.nextDrop();
    if (tracked !== undefined) orders.push(...orderDropOf(state, tracked, now));
  }
  return orders;
}

function orderCopiesOf(
  state: ReplicationState,
  tracked: TrackedFile,
  now: Millis,
): readonly CopyOrder[] {
  const { copies, views, limits, surveys } = state;
  const { file } = tracked;
  const { fileId, size, digest } = file;
  const census = takeCensus(file, views);
  const orders: CopyOrder[] = [];
  let outcome: CopyPlan['plan'] = 'wait';
  const isSeenLately = !census.stale.some(({ keeper }) => surveys.isAwaited(keeper));
  const wanted = isSeenLately ? judgeNeed(file, census).wanted : 0;
  while (copies.of(fileId).size < wanted && copies.size < limits.copiesInFlightMax) {
    const plan = planCopy(file, census, state, now);
    outcome = plan.plan;
    if (plan.plan !== 'copy') break;
    const { sources, destination } = plan;
    const [source = destination] = sources;
    const deadline = copyDeadline(size, now, limits);
    const isBesideBad = file.replicas.some(({ keeper }) => keeper === destination);
    copies.add({ fileId, destination, source, size, deadline, isBesideBad, stored: false });
    orders.push({ fileId, size, digest, sources, destination });
  }
  if (outcome === 'no keeper') state.needs.put({ ...tracked, lane: 'parked' });
  else if (outcome === 'no room') putOff(state, tracked, now);
  else trackFile(state, file, now);
  return orders;
}

function orderDropOf(
  state: ReplicationState,
  tracked: TrackedFile,
  now: Millis,
): readonly DropOrder[] {
  const { file } = tracked;
  const plan = planDrop(file, takeCensus(file, state.views), state.views);
  if (plan === undefined) {
    putOff(state, tracked, now);
    return [];
  }
  const { limits } = state;
  const verifyWithinMs =
    limits.dropVerifyMs + (file.size / limits.dropVerifyBytesPerSecondMin) * 1_000;
  const deadline = millis(now + verifyWithinMs + limits.dropDeadlineMs);
  const { keeper, why } = plan;
  state.drops.set(file.fileId, { keeper, why, deadline, dropped: false });
  trackFile(state, file, now);
  return [{ fileId: file.fileId, ...plan, verifyWithinMs }];
}

const copyDeadline = (size: number, now: Millis, limits: ReplicationLimits): Millis =>
  millis(now + limits.copyDeadlineMs + (size / limits.copyBytesPerSecondMin) * 1_000);
