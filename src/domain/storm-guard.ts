/**
 * Tells the loss of a keeper from a storm, in which many vanish together.
 *
 * One lost keeper is copied at once. When half of them go within seconds the cause is more
 * likely a switch, a power cut or the master itself, and they come back: copying waits a
 * grace period, and goes on with what is still lost then. A keeper that comes and goes again and
 * again makes no storm out of itself, and makes none last: it counts anew only after it has
 * stayed for a while.
 */
import { type KeeperId, type Millis, millis } from './ids.js';
import type { ReplicationLimits } from './replication-limits.js';

interface Loss {
  /** The first of those that followed upon each other. */
  readonly countedAt: Millis;
  readonly lastAt: Millis;
}

export interface StormWatch {
  readonly losses: ReadonlyMap<KeeperId, Loss>;
  /** Nothing is copied before. */
  readonly heldUntil: Millis;
}

export const calm: StormWatch = {
  losses: new Map(),
  heldUntil: millis(Number.NEGATIVE_INFINITY),
};

/** @param remaining keepers that are not lost, now. */
export function noteLoss(
  watch: StormWatch,
  keeper: KeeperId,
  remaining: number,
  now: Millis,
  limits: ReplicationLimits,
): StormWatch {
  const before = watch.losses.get(keeper);
  const isAnew = before === undefined || now - before.lastAt >= limits.stormSteadyMs;
  const loss = { countedAt: isAnew ? now : before.countedAt, lastAt: now };
  const losses = new Map(watch.losses).set(keeper, loss);
  const together = [...losses.values()].filter(
    ({ countedAt }) => now - countedAt < limits.stormWindowMs,
  ).length;
  const isStorm = isAnew && together >= limits.stormKeepersMin && together >= remaining;
  return isStorm ? hold({ ...watch, losses }, limits.stormGraceMs, now) : { ...watch, losses };
}

export const notePause = (watch: StormWatch, now: Millis, limits: ReplicationLimits): StormWatch =>
  hold(watch, limits.pauseGraceMs, now);

const hold = (watch: StormWatch, graceMs: number, now: Millis): StormWatch => ({
  ...watch,
  heldUntil: millis(Math.max(watch.heldUntil, now + graceMs)),
});
