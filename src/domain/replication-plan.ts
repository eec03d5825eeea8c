/**
 * Plans one copy, or one drop, of one file.
 *
 * A copy goes from the least loaded live replica to the keeper that placement would choose;
 * a drop is planned only when at least the target of live replicas stay without it.
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
  /** Every keeper that takes replicas holds the file already. */
  | { readonly plan: 'no keeper' };

export interface DropPlan {
  readonly keeper: KeeperId;
  readonly incarnation: number;
  readonly why: 'surplus' | 'quarantined';
  /** At least the target of live replicas, the dropped one not among them. */
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
  const excluded = new Set([
    ...file.replicas.map((replica) => replica.keeper),
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
  const free = roomy.filter((view) => hasFreeSlot(view, around));
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

/** Of the live replicas the one on the keeper with least room goes, then the last by name. */
export function planDrop(
  file: ReplicatedFile,
  { live, unwanted }: Census,
  views: KeeperViews,
): DropPlan | undefined {
  const firm = live.filter(({ keeper }) => views.get(keeper)?.state === 'alive');
  const [spoilt] = unwanted;
  if (spoilt !== undefined && firm.length >= file.target)
    return {
      keeper: spoilt.keeper,
      incarnation: views.get(spoilt.keeper)?.incarnation ?? spoilt.incarnation,
      why: spoilt.standing === 'quarantined' ? 'quarantined' : 'surplus',
      staying: firm.map(({ keeper, incarnation }) => ({ keeper, incarnation })),
    };
  if (firm.length <= file.target) return undefined;
  const room = (keeper: KeeperId): number => views.get(keeper)?.freeBytes ?? 0;
  const [extra, ...staying] = firm.toSorted(
    (a, b) => room(a.keeper) - room(b.keeper) || (a.keeper > b.keeper ? -1 : 1),
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
