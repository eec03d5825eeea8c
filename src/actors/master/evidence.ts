/** What speaks for the table and against it, of all that the master knows of its keepers. */
import type { KeeperView, KeeperViews } from '../../domain/keeper-view.js';
import type { TrustEvidence } from '../../domain/trust.js';
import type { PresentTerm } from './present-term.js';
import type { TakingIn } from './taking-in.js';

export function gatherEvidence(
  keepers: KeeperViews,
  term: PresentTerm,
  takingIn: TakingIn,
): TrustEvidence {
  const known = [...keepers.values()].filter((view) => view.state !== 'retired');
  const isComingIn = ({ keeper, state }: KeeperView): boolean =>
    takingIn.isUnderWay(keeper) && state !== 'suspect' && state !== 'lost';
  return {
    known: known.length,
    reported: known.filter(({ inventory }) => inventory === 'whole').length,
    ahead: term.ahead,
    comingIn: known.filter(isComingIn).length,
    base: term.base,
  };
}
