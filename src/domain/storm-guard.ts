/**
 * Tells the loss of a keeper from a storm, in which many vanish together.
 *
 * One lost keeper is copied at once. When half of them go within seconds the cause is more
 * likely a switch, a power cut or the master itself, and they come back: copying waits a
 * grace period, and goes on with what is still lost then. A storm that goes on is waited out for
 * two of them at most, and then copying has as much time before the next: keepers that come and
 * go for ever hold it up for half of the time, and one that does so alone not at all.
 */
import { type KeeperId, type Millis, millis } from './ids.js';
import type { ReplicationLimits } from './replication-limits.js';

export interface StormWatch {
  /** When each was lost last, within the window. */
  readonly losses: ReadonlyMap<KeeperId, Millis>;
  /** Of the last storm. */
  readonly beganAt: Millis;
  /** Nothing is copied before. */
  readonly heldUntil: Millis;
}

const never = millis(Number.NEGATIVE_INFINITY);

export const calm: StormWatch = { losses: new Map(), beganAt: never, heldUntil: never };

/** @param remaining keepers that are not lost, now. */
export function noteLoss(
  watch: StormWatch,
  keeper: KeeperId,
  remaining: number,
  now: Millis,
  limits: ReplicationLimits,
): StormWatch {
  const lately = [...watch.losses].filter(([, at]) => now - at < limits.stormWindowMs);
  const losses = new Map(lately).set(keeper, now);
  const isStorm = losses.size >= limits.stormKeepersMin && losses.size >= remaining;
  return isStorm ? waitOut({ ...watch, losses }, now, limits) : { ...watch, losses };
}

export const notePause = (watch: StormWatch, now: Millis, limits: ReplicationLimits): StormWatch =>
  hold(watch, millis(now + limits.pauseGraceMs));

function waitOut(watch: StormWatch, now: Millis, { stormGraceMs }: ReplicationLimits): StormWatch {
  const isNext = now - watch.beganAt >= 4 * stormGraceMs;
  const beganAt = isNext ? now : watch.beganAt;
  return hold({ ...watch, beganAt }, millis(Math.min(now, beganAt + stormGraceMs) + stormGraceMs));
}

const hold = (watch: StormWatch, until: Millis): StormWatch => ({
  ...watch,
  heldUntil: millis(Math.max(watch.heldUntil, until)),
});
