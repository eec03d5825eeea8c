/**
 * Which replicas a keeper reads again in a pass, how fast, and when the next pass begins.
 *
 * Each replica is to be read again before it was last verified `scrubEveryMs` ago. A pass goes
 * through all that the master's table holds the keeper to have, and reads what would become older
 * before the next pass comes by. So what was done is remembered by the table alone, and a pass that
 * begins anew after a restart goes on where the one before was cut. A pass in which all is due
 * takes as long as from one pass to the next, which is what the pace is made of; a replica is met
 * last in one pass and first in the next, or the other way round, so twice that is looked ahead.
 */
import assert from 'node:assert/strict';
import { backoffMs } from './backoff.js';
import type { FileId, WallMs } from './ids.js';

export const scrubLimits = {
  /** Passes begin so often in the time in which each replica is to be read. */
  passesPerScrub: 8,
  bytesPerSecondMin: 8 * 1024 * 1024,
  bytesPerSecondMax: 64 * 1024 * 1024,
  /** A smaller replica takes as long as one of so many bytes: opening it and telling of it is work, too. */
  replicaBytesMin: 256 * 1024,
  /** A start is followed by its first pass within this. */
  firstPassMs: 60_000,
  /** A keeper with nothing to read looks at the time so often. */
  restMaxMs: 3_600_000,
  /** What the master said of the replicas is asked for anew when it is older. */
  pageLifeMs: 60_000,
  /** From one page to the next, while nothing on them is to be read. */
  pageEveryMs: 100,
  /** Between tries when the master does not answer. */
  retry: { firstMs: 1_000, maxMs: 300_000 },
  /** Replicas that could not be read, kept in mind from one pass to the next. */
  unreadTrackedMax: 100_000,
} as const;

/**
 * By the wall clock, which may have been set back: a replica that was verified in the future is as
 * good as never verified.
 *
 * @returns milliseconds, never negative.
 */
export const ageMs = (verifiedAt: WallMs, now: WallMs): number =>
  Math.max(0, verifiedAt > now ? now : now - verifiedAt);

/** From the beginning of one pass to that of the next, at most. */
export const passEveryMs = (scrubEveryMs: number): number =>
  scrubEveryMs / scrubLimits.passesPerScrub;

/** Whether a pass that comes by now reads the replica; the next may come by too late. */
export const isDue = (replicaAgeMs: number, scrubEveryMs: number): boolean =>
  replicaAgeMs >= scrubEveryMs - 2 * passEveryMs(scrubEveryMs);

/** @returns bytes a second at which a pass reads. */
export function paceOf(usedBytes: number, scrubEveryMs: number): number {
  const { bytesPerSecondMin, bytesPerSecondMax } = scrubLimits;
  const needed = (usedBytes * 1000) / passEveryMs(scrubEveryMs);
  return Math.min(bytesPerSecondMax, Math.max(bytesPerSecondMin, needed));
}

/** How long to pause after so many bytes of a replica of `size`, read in `tookMs`, to keep the pace. */
export function pauseMs(bytes: number, tookMs: number, bytesPerSecond: number): number {
  assert(bytesPerSecond > 0, 'bytesPerSecond > 0');
  return Math.max(0, (bytes * 1000) / bytesPerSecond - tookMs);
}

/**
 * Spread, so that keepers that were started together do not ask and read together.
 *
 * @param passes that have begun.
 * @returns from the beginning of the last pass, or from the start, to the next pass.
 */
export function nextPassMs(keeper: string, passes: number, scrubEveryMs: number): number {
  const everyMs = passEveryMs(scrubEveryMs);
  const wholeMs = passes === 0 ? Math.min(everyMs, scrubLimits.firstPassMs) : everyMs;
  return backoffMs(1, `${keeper} pass ${passes}`, { firstMs: wholeMs, maxMs: wholeMs });
}

/** File ids are chosen by lot, so the place of one among all says how much of a pass is done. */
export const percentBefore = (fileId: FileId): number =>
  Math.floor((100 * Number.parseInt(fileId.slice(0, 8), 16)) / 2 ** 32);
