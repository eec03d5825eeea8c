/**
 * Whether a thread that ended is started again.
 *
 * A thread that dies once in a while is restarted; one that dies again and again is given
 * up, and its process with it: half-dead is worse than restarted.
 */
import assert from 'node:assert/strict';
import type { Millis } from '../../domain/ids.js';

export interface RestartPolicy {
  /** Restarts within the window; one more end gives up. */
  readonly restartsMax: number;
  readonly windowMs: number;
}

export const restartDefaults: RestartPolicy = { restartsMax: 3, windowMs: 60_000 };

export type RestartVerdict =
  | { readonly verdict: 'restart'; readonly restarts: readonly Millis[] }
  | { readonly verdict: 'give up' };

/** @param restarts when the thread was restarted before; the verdict carries those to pass next time. */
export function judgeExit(
  restarts: readonly Millis[],
  now: Millis,
  policy: RestartPolicy,
): RestartVerdict {
  assert(policy.windowMs > 0, 'windowMs > 0');
  const recent = restarts.filter((at) => now - at < policy.windowMs);
  if (recent.length >= policy.restartsMax) return { verdict: 'give up' };
  return { verdict: 'restart', restarts: [...recent, now] };
}
