/**
 * How long a keeper takes for a whole chunk, as far as can be told now.
 *
 * Smoothed over the chunks it has sent, short ones stretched to the length of whole ones; while it is busy it counts at least as slow as it has
 * been silent, so that one that stops sending is soon the slowest of all. While this side has no
 * memory for what it would send, its time stands still.
 */
import { chunkBytes } from './chunk-plan.js';
import { type Millis, millis } from './ids.js';

export interface SourcePace {
  /** Absent until the first chunk has come. */
  readonly chunkMs?: number;
  /** When the request began or the last chunk of it came; absent while nothing is asked of it. */
  readonly waitingSince?: Millis;
  /** When this side began to wait for memory for its next chunk. */
  readonly heldSince?: Millis;
}

const weightOfLast = 0.4;
/** A chunk of no bytes at all takes about as long as so many bytes of a longer one. */
const overheadBytes = 256 * 1024;
/** Expected of a keeper that nobody has heard of: nothing shows that it is faster than others. */
export const unknownChunkMs = 250;

export const unknownPace: SourcePace = {};

/** Of a keeper that has sent chunks of other files. */
export const knownPace = (chunkMs: number): SourcePace => ({ chunkMs });

export const askedAt = (pace: SourcePace, now: Millis): SourcePace => ({
  ...pace,
  waitingSince: now,
});

/** @param length of the chunk, in bytes */
export function arrivedAt(pace: SourcePace, now: Millis, length: number): SourcePace {
  const stretch = (chunkBytes + overheadBytes) / (length + overheadBytes);
  const tookMs = (now - (pace.waitingSince ?? now)) * stretch;
  const chunkMs =
    pace.chunkMs === undefined ? tookMs : pace.chunkMs + weightOfLast * (tookMs - pace.chunkMs);
  return { chunkMs, waitingSince: now };
}

export const heldAt = (pace: SourcePace, now: Millis): SourcePace => ({ ...pace, heldSince: now });

export function letGoAt({ heldSince, ...pace }: SourcePace, now: Millis): SourcePace {
  if (heldSince === undefined || pace.waitingSince === undefined) return pace;
  return { ...pace, waitingSince: millis(pace.waitingSince + now - heldSince) };
}

export const rested = ({ waitingSince: _, heldSince: __, ...pace }: SourcePace): SourcePace => pace;

export function expectedChunkMs(pace: SourcePace, now: Millis): number {
  const until = pace.heldSince ?? now;
  const waitedMs = pace.waitingSince === undefined ? 0 : until - pace.waitingSince;
  return Math.max(pace.chunkMs ?? unknownChunkMs, waitedMs);
}
