/**
 * Tells the loss of a keeper from a storm, in which many vanish together.
 *
 * One lost keeper is copied at once. When half of them go within seconds the cause is more
 * likely a switch, a power cut or the master itself, and they come back: copying waits a
 * grace period, and goes on with what is still lost then.
 */
import { type Millis, millis } from './ids.js';
import type { ReplicationLimits } from './replication-limits.js';

export interface StormWatch {
  /** When keepers were lost, within the window. */
  readonly losses: readonly Millis[];
  /** Nothing is copied before. */
  readonly heldUntil: Millis;
}

export const calm: StormWatch = { losses: [], heldUntil: millis(Number.NEGATIVE_INFINITY) };

/** @param remaining keepers that are not lost, now. */
export function noteLoss(
  watch: StormWatch,
  remaining: number,
  now: Millis,
  limits: ReplicationLimits,
): StormWatch {
  const losses = [...watch.losses.filter((at) => now - at < limits.stormWindowMs), now];
  const isStorm = losses.length >= limits.stormKeepersMin && losses.length >= remaining;
  return isStorm ? hold({ ...watch, losses }, limits.stormGraceMs, now) : { ...watch, losses };
}

export const notePause = (watch: StormWatch, now: Millis, limits: ReplicationLimits): StormWatch =>
  hold(watch, limits.pauseGraceMs, now);

const hold = (watch: StormWatch, graceMs: number, now: Millis): StormWatch => ({
  ...watch,
  heldUntil: millis(Math.max(watch.heldUntil, now + graceMs)),
});
