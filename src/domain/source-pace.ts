/**
 * How long a keeper takes for a chunk, as far as can be told now.
 *
 * Smoothed over the chunks it has sent; while it is busy it counts at least as slow as it has
 * been silent, so that one that stops sending is soon the slowest of all.
 */
import type { Millis } from './ids.js';

export interface SourcePace {
  /** Absent until the first chunk has come. */
  readonly chunkMs?: number;
  /** When the request began or the last chunk of it came; absent while nothing is asked of it. */
  readonly waitingSince?: Millis;
}

const weightOfLast = 0.4;

export const unknownPace: SourcePace = {};

export const askedAt = (pace: SourcePace, now: Millis): SourcePace => ({
  ...pace,
  waitingSince: now,
});

export function arrivedAt(pace: SourcePace, now: Millis): SourcePace {
  const tookMs = now - (pace.waitingSince ?? now);
  const chunkMs =
    pace.chunkMs === undefined ? tookMs : pace.chunkMs + weightOfLast * (tookMs - pace.chunkMs);
  return { chunkMs, waitingSince: now };
}

export const rested = ({ waitingSince: _, ...pace }: SourcePace): SourcePace => pace;

/** Nothing is held against a keeper that has not been asked for anything yet. */
export function expectedChunkMs(pace: SourcePace, now: Millis): number {
  const waitedMs = pace.waitingSince === undefined ? 0 : now - pace.waitingSince;
  return Math.max(pace.chunkMs ?? 0, waitedMs);
}
