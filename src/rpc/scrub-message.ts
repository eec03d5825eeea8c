/** How far a scrub has come, between the domain and the wire. */
import type { ScrubProgress } from '../domain/keeper-scrub.js';
import type { Scrub } from './generated/reelkeep/v1/common.js';

export const toScrubMessage = ({ passedMs, ...progress }: ScrubProgress): Scrub => ({
  ...progress,
  passedMs,
});

export const fromScrubMessage = ({ passedMs, ...told }: Scrub): ScrubProgress => ({
  checked: told.checked,
  percent: Math.min(100, told.percent),
  quarantined: told.quarantined,
  unreadable: told.unreadable,
  ...(passedMs !== undefined && { passedMs }),
});
