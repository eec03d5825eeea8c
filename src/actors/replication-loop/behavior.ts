/**
 * Keeps every file at its target: which copies to make, which surplus to drop, in what order.
 *
 * Follows an index of files in need, which surveys fill: of all files when the master has
 * recovered, and of one keeper's files when that keeper was lost or has come back. What is
 * known of a file changes with each message; orders follow from the index in the same step.
 */

import type { ReplicaRecord } from '../../domain/file-record.js';
import { type FileId, type KeeperId, type Millis, millis } from '../../domain/ids.js';
import type { KeeperView } from '../../domain/keeper-view.js';
import { isPlaceable } from '../../domain/placement.js';
import type { ReplicatedFile } from '../../domain/replica-census.js';
import { hasBytesAside } from '../../domain/replica-rows.js';
import type { ReplicationLimits } from '../../domain/replication-limits.js';
import { orderCopies, orderDrops } from '../../domain/replication-orders.js';
import type { DropPlan } from '../../domain/replication-plan.js';
import {
  createReplicationState,
  noteFileFailure,
  type ReplicationState,
  trackAgain,
  trackFile,
} from '../../domain/replication-state.js';
import { noteLoss, notePause } from '../../domain/storm-guard.js';
import type { Behavior } from '../runtime/behavior.js';
import type { ReplicationCounts, ReplicationEffect, ReplicationMessage } from './messages.js';

interface LoopState extends ReplicationState {
  /** The counts that were told last. */
  readonly told?: ReplicationCounts;
}

type MessageOf<Type extends ReplicationMessage['type']> = Extract<
  ReplicationMessage,
  { type: Type }
>;

/** A behavior lives once: for another life, create another. */
export function createReplicationLoop(
  limits: ReplicationLimits,
): Behavior<LoopState, ReplicationMessage, ReplicationEffect> {
  return {
    initial: createReplicationState(limits),
    receive(before, message, now) {
      const noted = note(before, message, now);
      if (noted === 'nothing changed') return { state: before, effects: [] };
      const effects = [
        ...orderCopies(noted, now).map((order) => ({ type: 'copy', ...order }) as const),
        ...orderDrops(noted, now).map((order) => ({ type: 'drop', ...order }) as const),
        ...askPage(noted, now),
      ];
      const counts = countAll(noted);
      if (isSame(noted.told, counts)) return { state: noted, effects };
      return {
        state: { ...noted, told: counts },
        effects: [...effects, { type: 'counts', counts }],
      };
    },
  };
}

function note(
  state: LoopState,
  message: ReplicationMessage,
  now: Millis,
): LoopState | 'nothing changed' {
  switch (message.type) {
    case 'mode changed':
      return onModeChanged(state, message, now);
    case 'keeper changed':
      return onKeeperChanged(state, message.view, now);
    case 'master paused':
      return { ...state, storm: notePause(state.storm, now, state.limits) };
    case 'file changed':
      onFileChanged(state, message.file, now);
      return state;
    case 'file gone':
      onFileGone(state, message.fileId);
      return state;
    case 'files surveyed':
      onFilesSurveyed(state, message, now);
      return state;
    case 'copy ended':
      onCopyEnded(state, message, now);
      return state;
    case 'drop ordered':
      onDropOrdered(state, message, now);
      return state;
    case 'drop ended':
      onDropEnded(state, message, now);
      return state;
    case 'tick':
      onTick(state, now);
      return state;
  }
}

function onModeChanged(
  state: LoopState,
  { mode }: MessageOf<'mode changed'>,
  now: Millis,
): LoopState {
  if (mode !== 'recovering' && !state.surveys.wasWholeWanted) surveyAll(state, now);
  return { ...state, mode };
}

function surveyAll({ needs, surveys }: LoopState, now: Millis): void {
  needs.forgiveForgotten(now);
  surveys.want({ all: true });
}

function onKeeperChanged(
  state: LoopState,
  view: KeeperView,
  now: Millis,
): LoopState | 'nothing changed' {
  const { keeper } = view;
  const before = state.views.get(keeper);
  state.views.set(keeper, view);
  if (before !== undefined && isSameStanding(before, view)) return 'nothing changed';
  if (isPlaceable(view) && !(before !== undefined && isPlaceable(before))) {
    state.troubles.forgive(keeper);
    state.needs.unpark();
  }
  if (goneAs(view) !== 'here' || hasRegistered(before, view)) endCopiesTo(state, keeper, now);
  if (isPresent(view)) onKeeperPresent(state, view);
  const gone = goneAs(view);
  return gone !== 'here' && gone !== (before === undefined ? 'here' : goneAs(before))
    ? onKeeperGone(state, view, now)
    : state;
}

/** Its files were judged without it, or by what its start before this one had vouched for. */
function onKeeperPresent(state: LoopState, { keeper, incarnation }: KeeperView): void {
  if (state.surveyedStarts.get(keeper) === incarnation) return;
  state.surveyedStarts.set(keeper, incarnation);
  // Before the survey of all, that one is still to come and will show the same.
  if (state.surveys.wasWholeWanted) state.surveys.want({ keeper });
}

function onKeeperGone(state: LoopState, { keeper, state: kind }: KeeperView, now: Millis) {
  state.surveyedStarts.delete(keeper);
  state.surveys.want({ keeper });
  if (kind === 'retired') return state;
  const remaining = [...state.views.values()].filter((view) => goneAs(view) === 'here').length;
  return { ...state, storm: noteLoss(state.storm, keeper, remaining, now, state.limits) };
}

function endCopiesTo(state: LoopState, keeper: KeeperId, now: Millis): void {
  for (const { fileId } of state.copies.matching((copy) => copy.destination === keeper)) {
    state.copies.end(fileId, keeper);
    trackAgain(state, fileId, now);
  }
}

function onFileChanged(state: LoopState, file: ReplicatedFile, now: Millis): void {
  state.surveys.noteNewer(file.fileId);
  settleOrders(state, file, now);
  trackFile(state, file, now);
}

/** The table's word ends what was under way: a copy that has its row, a drop that has lost it. */
function settleOrders(state: LoopState, { fileId, replicas }: ReplicatedFile, now: Millis): void {
  for (const { keeper, standing } of replicas) {
    const copy = state.copies.of(fileId).get(keeper);
    // Under way still: the row is that of the bad bytes beside which it is made.
    if (standing === 'quarantined' && copy?.isBesideBad) continue;
    if (state.copies.end(fileId, keeper) === undefined) continue;
    if (standing === 'sound') state.troubles.forgive(keeper);
    else state.troubles.noteFailure(keeper, now);
  }
  const drop = state.drops.get(fileId);
  if (drop !== undefined && isDropped(drop, replicas)) state.drops.delete(fileId);
}

function isDropped(
  { keeper, why }: Pick<DropPlan, 'keeper' | 'why'>,
  replicas: readonly ReplicaRecord[],
): boolean {
  const left = replicas.find((replica) => replica.keeper === keeper);
  return left === undefined || (why === 'quarantined' && !hasBytesAside(left));
}

function onFileGone(state: LoopState, fileId: FileId): void {
  state.surveys.noteNewer(fileId);
  state.needs.remove(fileId);
  state.drops.delete(fileId);
  for (const destination of [...state.copies.of(fileId).keys()])
    state.copies.end(fileId, destination);
}

function onFilesSurveyed(
  state: LoopState,
  message: MessageOf<'files surveyed'>,
  now: Millis,
): void {
  const { surveys } = state;
  if (!surveys.isAsked(message.scope)) return;
  for (const file of message.files)
    if (!surveys.isOutdated(file.fileId)) {
      settleOrders(state, file, now);
      trackFile(state, file, now);
    }
  surveys.noteAnswer(message.next);
}

function onCopyEnded(state: LoopState, message: MessageOf<'copy ended'>, now: Millis): void {
  const { fileId, destination, outcome } = message;
  if (outcome === 'failed') {
    failCopy(state, fileId, destination, now);
    return;
  }
  state.troubles.forgive(destination);
  state.copies.noteStored(fileId, destination, millis(now + state.limits.settleMs));
}

function failCopy(state: LoopState, fileId: FileId, destination: KeeperId, now: Millis): void {
  if (state.copies.end(fileId, destination) === undefined) return;
  state.troubles.noteFailure(destination, now);
  noteFileFailure(state, fileId, now);
}

function onDropOrdered(state: LoopState, message: MessageOf<'drop ordered'>, now: Millis): void {
  const { fileId, keeper } = message;
  const drop = state.drops.get(fileId);
  if (drop?.keeper !== keeper || drop.dropped) return;
  state.drops.set(fileId, { ...drop, deadline: millis(now + state.limits.dropDeadlineMs) });
}

function onDropEnded(state: LoopState, message: MessageOf<'drop ended'>, now: Millis): void {
  const { fileId, keeper, outcome } = message;
  const drop = state.drops.get(fileId);
  if (drop?.keeper !== keeper) return;
  const deadline = millis(now + state.limits.settleMs);
  if (outcome === 'dropped') state.drops.set(fileId, { ...drop, deadline, dropped: true });
  else failDrop(state, fileId, now);
}

function failDrop(state: LoopState, fileId: FileId, now: Millis): void {
  state.drops.delete(fileId);
  noteFileFailure(state, fileId, now);
}

function onTick(state: LoopState, now: Millis): void {
  const { drops, needs, surveys } = state;
  endOverdueCopies(state, now);
  for (const [fileId, drop] of drops) if (drop.deadline <= now) failDrop(state, fileId, now);
  for (const { file } of needs.takeDue(now)) trackFile(state, file, now);
  if (surveys.isIdle && needs.isRefillDue(now)) surveyAll(state, now);
}

function endOverdueCopies(state: LoopState, now: Millis): void {
  const overdue = state.copies.matching((copy) => copy.deadline <= now);
  for (const { fileId, destination, stored } of overdue)
    if (!stored) failCopy(state, fileId, destination, now);
    else if (state.copies.end(fileId, destination) !== undefined) trackAgain(state, fileId, now);
}

function askPage(state: LoopState, now: Millis): readonly ReplicationEffect[] {
  if (state.mode === 'recovering') return [];
  const { surveyLimit: limit, surveyDeadlineMs } = state.limits;
  const page = state.surveys.takePage(now, surveyDeadlineMs);
  return page === undefined ? [] : [{ type: 'survey', ...page, limit }];
}

const countAll = ({ needs, copies, surveys }: LoopState): ReplicationCounts => ({
  ...needs.totals,
  copiesInFlight: copies.size,
  settled: surveys.isWhole && surveys.isIdle,
});

const isSame = (a: ReplicationCounts | undefined, b: ReplicationCounts): boolean =>
  a !== undefined &&
  a.belowTarget === b.belowTarget &&
  a.missing === b.missing &&
  a.copiesInFlight === b.copiesInFlight &&
  a.surplus === b.surplus &&
  a.bytesToCopy === b.bytesToCopy &&
  a.settled === b.settled;

/** Of which nothing is waited for, and how that came. */
function goneAs({ state, inventory }: KeeperView): 'here' | 'lost' | 'retired' | 'partial' {
  if (state === 'lost' || state === 'retired') return state;
  return inventory === 'partial' ? 'partial' : 'here';
}

const isPresent = ({ state, inventory }: KeeperView): boolean =>
  inventory === 'whole' && (state === 'alive' || state === 'draining');

/** Anew: what it had been told and had not begun is forgotten. */
const hasRegistered = (before: KeeperView | undefined, { incarnation, inventory }: KeeperView) =>
  before?.incarnation !== incarnation || (before.inventory === 'whole' && inventory !== 'whole');

const isSameStanding = (a: KeeperView, b: KeeperView): boolean =>
  a.state === b.state &&
  a.incarnation === b.incarnation &&
  a.inventory === b.inventory &&
  a.diskSuspect === b.diskSuspect;
