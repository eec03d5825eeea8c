/**
 * Judges which keepers are alive from what was heard of them.
 *
 * Told the time, which is monotonic time of the master alone. Silence is slow evidence: it
 * may be the network. A broken stream together with a port that refuses is quick evidence:
 * the process is gone. Only `lost` lets copies be made, because a copy is dear and a late
 * heartbeat is common.
 */
import assert from 'node:assert/strict';
import { type Millis, millis } from './ids.js';

export interface LivenessLimits {
  /** Silence until a keeper is not chosen for new work. */
  readonly suspectAfterMs: number;
  /** Silence until its replicas no longer count. */
  readonly lostAfterMs: number;
  /** From a broken stream, with a port that refuses, until its replicas no longer count. */
  readonly brokenAfterMs: number;
  /** From one dial-back of a broken stream to the next. */
  readonly redialEveryMs: number;
  /** How often silence is judged. */
  readonly tickEveryMs: number;
  /** A tick later than this means that the master itself did not run. */
  readonly pauseAfterMs: number;
}

/** What is not given follows from the silence that is allowed; a broken relation is a programmer's error. */
export function resolveLivenessLimits(given: Partial<LivenessLimits> = {}): LivenessLimits {
  const suspectAfterMs = given.suspectAfterMs ?? 3_000;
  const lostAfterMs = given.lostAfterMs ?? 10_000;
  const brokenAfterMs = given.brokenAfterMs ?? Math.min(1_000, lostAfterMs / 2);
  const limits: LivenessLimits = {
    suspectAfterMs,
    lostAfterMs,
    brokenAfterMs,
    redialEveryMs: given.redialEveryMs ?? brokenAfterMs / 4,
    tickEveryMs: given.tickEveryMs ?? Math.min(100, suspectAfterMs / 10),
    pauseAfterMs: given.pauseAfterMs ?? Math.min(1_000, suspectAfterMs / 3),
  };
  assert(limits.suspectAfterMs < limits.lostAfterMs, 'suspectAfterMs < lostAfterMs');
  assert(limits.brokenAfterMs <= limits.lostAfterMs, 'brokenAfterMs <= lostAfterMs');
  assert(limits.redialEveryMs < limits.brokenAfterMs, 'redialEveryMs < brokenAfterMs');
  assert(limits.tickEveryMs > 0, 'tickEveryMs > 0');
  // A pause too short to be noticed must not by itself make a keeper lost.
  assert(
    limits.tickEveryMs + limits.pauseAfterMs < limits.lostAfterMs,
    'tickEveryMs + pauseAfterMs < lostAfterMs',
  );
  return limits;
}

/** What was heard of one keeper. */
export interface LifeSigns {
  readonly lastHeard: Millis;
  /** Since when its stream is broken; nothing was heard since. */
  readonly brokenSince?: Millis;
  /** What the last dial-back of this break said; `accepted` and silence decide nothing. */
  readonly refused: boolean;
}

export interface LifeJudgement {
  readonly verdict: 'alive' | 'suspect' | 'lost';
  /** One clause for the log. */
  readonly cause: string;
}

export function judgeLife(signs: LifeSigns, now: Millis, limits: LivenessLimits): LifeJudgement {
  const { lastHeard, brokenSince, refused } = signs;
  const silenceMs = now - lastHeard;
  if (silenceMs >= limits.lostAfterMs) return silent('lost', silenceMs);
  if (brokenSince !== undefined && refused && now - brokenSince >= limits.brokenAfterMs)
    return {
      verdict: 'lost',
      cause: `its stream broke ${seconds(now - brokenSince)} ago and its port refuses`,
    };
  if (brokenSince !== undefined) return { verdict: 'suspect', cause: 'its stream broke' };
  if (silenceMs >= limits.suspectAfterMs) return silent('suspect', silenceMs);
  return { verdict: 'alive', cause: 'it is heard' };
}

/** How long the master did not run, judged from the time between two ticks; 0 when it did. */
export function pauseBetween(lastTick: Millis, now: Millis, limits: LivenessLimits): number {
  const lateMs = now - lastTick - limits.tickEveryMs;
  return lateMs > limits.pauseAfterMs ? lateMs : 0;
}

/** Takes a pause of the master out of a keeper's silence. */
export function forgivePause(signs: LifeSigns, pausedMs: number, now: Millis): LifeSigns {
  const later = (at: Millis): Millis => millis(Math.min(now, at + pausedMs));
  const { lastHeard, brokenSince } = signs;
  return {
    ...signs,
    lastHeard: later(lastHeard),
    ...(brokenSince === undefined ? {} : { brokenSince: later(brokenSince) }),
  };
}

const silent = (verdict: 'suspect' | 'lost', silenceMs: number): LifeJudgement => ({
  verdict,
  cause: `silent for ${seconds(silenceMs)}`,
});

const seconds = (ms: number): string => `${(ms / 1_000).toFixed(1)} s`;
