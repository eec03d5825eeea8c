/**
 * How fast a keeper takes in copies that do not press: those of files with two live replicas or more.
 *
 * Two bounds, in bytes a second over all such copies of a keeper. The ceiling holds always; the
 * floor holds them back while clients send to this keeper or read from it, and is what they are
 * given whatever clients do. A copy that presses passes both by: its file is one disk from lost.
 * Every passage is given its time when it asks, in turn, so nobody is passed over.
 */
import { type Millis, millis } from './ids.js';

export interface RepairRates {
  /** Infinite for no bound, as the other. */
  readonly ceilingBytesPerSecond: number;
  readonly floorBytesPerSecond: number;
}

export interface RepairPace {
  /** When what has passed will have taken its time. */
  readonly freeAt: Millis;
}

/** Below it a few copies at a time would miss the master's deadline for a copy. */
export const repairBytesPerSecondMin = 8 * 1024 * 1024;

export const unhurried: RepairPace = { freeAt: millis(Number.NEGATIVE_INFINITY) };

/** Clients are taken to be there for so long after the last one left: small films come one after another. */
export const clientsStayMs = 1_000;

/** @param quietMs since the last client left; 0 while one is there, infinite before the first */
export const rateNow = (rates: RepairRates, quietMs: number): number => {
  const { ceilingBytesPerSecond: ceiling, floorBytesPerSecond: floor } = rates;
  return quietMs < clientsStayMs ? Math.min(ceiling, floor) : ceiling;
};

/** @returns how long so many bytes wait before they pass */
export function pass(
  { freeAt }: RepairPace,
  bytes: number,
  bytesPerSecond: number,
  now: Millis,
): { readonly pace: RepairPace; readonly waitMs: number } {
  const beginsAt = Math.max(now, freeAt);
  const pace = { freeAt: millis(beginsAt + (bytes * 1000) / bytesPerSecond) };
  return { pace, waitMs: beginsAt - now };
}
