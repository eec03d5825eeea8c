/**
 * Judges which keeper takes a new replica: of an upload, or of a copy.
 *
 * A keeper may take one when it is alive, its inventory is known, its disk is sound and there
 * is room beside what was promised to it before. Of those the least loaded is taken, then the
 * one with most room, then the first by name, so that the same views give the same choice.
 */
import { type Answer, refuse } from './answer.js';
import type { KeeperId } from './ids.js';
import type { KeeperView, KeeperViews } from './keeper-view.js';

/** What was assigned to a keeper and does not show in its heartbeats yet. */
export interface Promised {
  readonly transfers: number;
  readonly bytes: number;
}

export type PromisedTo = (keeper: KeeperId) => Promised;

export interface PlacementWish {
  /** Bytes. */
  readonly size: number;
  /** Keepers that could not be reached, or that hold the file in any standing. */
  readonly excluded: ReadonlySet<KeeperId>;
  readonly promised?: PromisedTo;
}

export type Placement =
  | { readonly ok: true; readonly keeper: KeeperId }
  | Extract<Answer<never>, { ok: false }>;

/** Refused: `unavailable` when no keeper can be asked, `no-space` when none has room. */
export function chooseKeeper(views: KeeperViews, wish: PlacementWish): Placement {
  const promised = wish.promised ?? nothing;
  const usable = [...views.values()].filter((view) => isUsable(view, wish.excluded));
  if (usable.length === 0)
    return wish.excluded.size === 0
      ? refuse('unavailable', 'no keeper is alive: start one, or wait until one has registered')
      : refuse('unavailable', 'no other keeper is alive: try again when one is');
  const roomy = usable.filter((view) => hasRoom(view, wish.size, promised));
  const chosen = leastLoaded(roomy, promised);
  if (chosen === undefined)
    return refuse('no-space', `no keeper has room for ${wish.size} bytes: add a keeper or a disk`);
  return { ok: true, keeper: chosen.keeper };
}

/** Whether new replicas may be placed there at all. */
export const isPlaceable = (view: KeeperView): boolean =>
  view.state === 'alive' && view.inventory === 'whole' && !view.diskSuspect;

export const isUsable = (view: KeeperView, excluded: ReadonlySet<KeeperId>): boolean =>
  isPlaceable(view) && !excluded.has(view.keeper);

export const hasRoom = (view: KeeperView, size: number, promised: PromisedTo): boolean =>
  view.freeBytes - promised(view.keeper).bytes > size;

export function leastLoaded(
  candidates: Iterable<KeeperView>,
  promised: PromisedTo,
): KeeperView | undefined {
  let best: KeeperView | undefined;
  for (const candidate of candidates)
    if (best === undefined || compareLoad(candidate, best, promised) < 0) best = candidate;
  return best;
}

/** Negative when `a` has less to do, or as much and more room. */
function compareLoad(a: KeeperView, b: KeeperView, promised: PromisedTo): number {
  const load = (view: KeeperView): number => view.transfers + promised(view.keeper).transfers;
  const room = (view: KeeperView): number => view.freeBytes - promised(view.keeper).bytes;
  return load(a) - load(b) || room(b) - room(a) || (a.keeper < b.keeper ? -1 : 1);
}

export const nothing: PromisedTo = () => ({ transfers: 0, bytes: 0 });
