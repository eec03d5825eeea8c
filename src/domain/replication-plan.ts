/**
 * Plans one copy, or one drop, of one file.
 *
 * A copy goes from the least loaded live replica to the keeper that placement would choose of
 * those without one; when there is none, to one that has only bad bytes of the file set aside.
 * A drop is planned only when at least the target of live replicas stay without it.
 */
import type { CopiesInFlight } from './copies-in-flight.js';
import type { KeeperId, Millis } from './ids.js';
import type { KeeperTroubles } from './keeper-troubles.js';
import type { KeeperView, KeeperViews } from './keeper-view.js';
import { hasRoom, isPlaceable, isUsable, leastLoaded } from './placement.js';
import type { Census, ReplicatedFile } from './replica-census.js';
import type { ReplicationLimits } from './replication-limits.js';

/** What a plan looks at besides the file. */
export interface Surroundings {
  readonly views: KeeperViews;
  readonly copies: CopiesInFlight;
  readonly troubles: KeeperTroubles;
  readonly limits: ReplicationLimits;
}

export type CopyPlan =
  | { readonly plan: 'copy'; readonly sources: readonly KeeperId[]; readonly destination: KeeperId }
  /** A slot or a keeper will come free. */
  | { readonly plan: 'wait' }
  /** There is no room now on the keepers that might take it. */
  | { readonly plan: 'no room' }
  /** Every keeper that takes replicas holds a good one of the file already, or is to get it. */
  | { readonly plan: 'no keeper' };

export interface DropPlan {
  readonly keeper: KeeperId;
  readonly incarnation: number;
  /** `quarantined`: only what was set aside goes. */
  readonly why: 'surplus' | 'quarantined';
  /**
   * At least the target of live replicas, one that is dropped not among them; what is set aside
   * may go from a keeper whose sound replica stays.
   */
  readonly staying: readonly { readonly keeper: KeeperId; readonly incarnation: number }[];
}

export function planCopy(
  file: ReplicatedFile,
  census: Census,
  around: Surroundings,
  now: Millis,
): CopyPlan {
  const { views, copies, limits } = around;
  const promisedTo = (keeper: KeeperId) => copies.promisedTo(keeper);
  const held = file.replicas.filter(({ standing }) => standing !== 'quarantined');
  const excluded = new Set([
    ...held.map((replica) => replica.keeper),
    ...copies.of(file.fileId).keys(),
  ]);
  const usable = [...views.values()].filter((view) => isUsable(view, excluded));
  if (usable.length === 0) return { plan: 'no keeper' };
  const roomy = usable.filter((view) => hasRoom(view, file.size, promisedTo));
  if (roomy.length === 0) return { plan: 'no room' };

  const sources = rankSources(census, around);
  const [source] = sources;
  if (source === undefined || copies.countFrom(source) >= limits.copiesPerSourceMax)
    return { plan: 'wait' };
  const free = preferFresh(roomy, file, around, now).filter((view) => hasFreeSlot(view, around));
  const destination = preferUntroubled(free, around, now);
  if (destination === undefined) return { plan: 'wait' };
  return { plan: 'copy', sources, destination: destination.keeper };
}

/** Whether any keeper could be given one more copy: when none can, looking at files is in vain. */
export function isAnySlotFree(around: Surroundings): boolean {
  if (around.copies.size >= around.limits.copiesInFlightMax) return false;
  for (const view of around.views.values())
    if (isPlaceable(view) && hasFreeSlot(view, around)) return true;
  return false;
}

/**
 * Of the live replicas the one goes that was verified longest ago, then the one on the keeper with
 * least room, then the last by name. So one that cannot be verified holds up a surplus only once:
 * the others are, and next time it is the one to go.
 */
export function planDrop(
  file: ReplicatedFile,
  { live, unwanted }: Census,
  views: KeeperViews,
): DropPlan | undefined {
  const firm = live.filter(({ keeper }) => views.get(keeper)?.state === 'alive');
  // Bytes beside a sound replica press least: they hold up no surplus.
  const spoilt = unwanted.find(
    ({ standing }) => standing !== 'sound' || firm.length <= file.target,
  );
  if (spoilt !== undefined && firm.length >= file.target)
    return {
      keeper: spoilt.keeper,
      incarnation: views.get(spoilt.keeper)?.incarnation ?? spoilt.incarnation,
      why: spoilt.standing === 'dropping' ? 'surplus' : 'quarantined',
      staying: firm.map(({ keeper, incarnation }) => ({ keeper, incarnation })),
    };
  if (firm.length <= file.target) return undefined;
  const room = (keeper: KeeperId): number => views.get(keeper)?.freeBytes ?? 0;
  const [extra, ...staying] = firm.toSorted(
    (a, b) =>
      a.verifiedAt - b.verifiedAt ||
      room(a.keeper) - room(b.keeper) ||
      (a.keeper > b.keeper ? -1 : 1),
  );
  if (extra === undefined) return undefined;
  return {
    keeper: extra.keeper,
    incarnation: extra.incarnation,
    why: 'surplus',
    staying: staying.map(({ keeper, incarnation }) => ({ keeper, incarnation })),
  };
}

/** Live ones, least loaded first; the unproven ones only when nothing better is left. */
function rankSources({ live, awaited, stale }: Census, around: Surroundings): readonly KeeperId[] {
  const readable = live.length > 0 ? live : [...stale, ...awaited];
  const load = (keeper: KeeperId): number =>
    (around.views.get(keeper)?.transfers ?? 0) + around.copies.countFrom(keeper);
  const isFull = (keeper: KeeperId): boolean =>
    around.copies.countFrom(keeper) >= around.limits.copiesPerSourceMax;
  return readable
    .map(({ keeper }) => keeper)
    .toSorted(
      (a, b) => Number(isFull(a)) - Number(isFull(b)) || load(a) - load(b) || (a < b ? -1 : 1),
    );
}

const hasFreeSlot = (view: KeeperView, { copies, limits }: Surroundings): boolean =>
  copies.promisedTo(view.keeper).transfers < limits.copiesPerDestinationMax;

/** A keeper that has bad bytes of the file is only asked when no other could take it. */
function preferFresh(
  roomy: readonly KeeperView[],
  { replicas }: ReplicatedFile,
  { troubles }: Surroundings,
  now: Millis,
): readonly KeeperView[] {
  const spoilt = new Set(replicas.map(({ keeper }) => keeper));
  const fresh = roomy.filter(
    ({ keeper }) => !spoilt.has(keeper) && troubles.troubleOf(keeper, now) !== 'shunned',
  );
  return fresh.length > 0 ? fresh : roomy;
}

function preferUntroubled(
  free: readonly KeeperView[],
  { copies, troubles }: Surroundings,
  now: Millis,
): KeeperView | undefined {
  const promisedTo = (keeper: KeeperId) => copies.promisedTo(keeper);
  const inTrouble = (trouble: string): KeeperView[] =>
    free.filter((view) => troubles.troubleOf(view.keeper, now) === trouble);
  return (
    leastLoaded(inTrouble('untroubled'), promisedTo) ??
    leastLoaded(inTrouble('troubled'), promisedTo)
  );
}
