/**
 * Which keeper is asked first for a single chunk, and which ones after it.
 *
 * The one from which it should be here soonest, by how long it took lately and by how much it is
 * being asked for already. One that failed a moment ago comes last. What was known of a keeper that
 * nobody has asked for a while is forgotten: it may have recovered, and is given a try.
 */
import type { KeeperId, Millis } from './ids.js';

export interface SourceHistory {
  /** How long it took for a chunk lately; absent when nothing is known. */
  readonly chunkMs?: number | undefined;
  /** Requests under way. */
  readonly inFlight: number;
  /** When it was asked last. */
  readonly askedAt?: Millis | undefined;
  /** When it failed, unless it has delivered since. */
  readonly failedAt?: Millis | undefined;
}

const forgottenAfterMs = 10_000;
const shunnedForMs = 5_000;

/**
 * @param rotation a number that differs from one call to the next: sources that are alike take turns
 */
export function orderSources<Source extends { readonly keeper: KeeperId }>(
  sources: readonly Source[],
  historyOf: (keeper: KeeperId) => SourceHistory,
  now: Millis,
  rotation: number,
): readonly Source[] {
  const known = sources.flatMap(({ keeper }) => knownMs(historyOf(keeper), now) ?? []);
  const bestMs = Math.min(...known);
  const judged = sources.map((source, at) => {
    const history = historyOf(source.keeper);
    const chunkMs = knownMs(history, now) ?? (Number.isFinite(bestMs) ? bestMs : 1);
    return {
      source,
      isShunned: history.failedAt !== undefined && now - history.failedAt < shunnedForMs,
      soonMs: (history.inFlight + 1) * Math.max(1, chunkMs),
      turn: (at + rotation) % sources.length,
    };
  });
  judged.sort(
    (a, b) =>
      Number(a.isShunned) - Number(b.isShunned) ||
      // A little faster is no reason to ask one keeper for everything.
      stepOf(a.soonMs, bestMs) - stepOf(b.soonMs, bestMs) ||
      a.turn - b.turn,
  );
  return judged.map(({ source }) => source);
}

function knownMs({ chunkMs, askedAt, inFlight }: SourceHistory, now: Millis): number | undefined {
  if (askedAt !== undefined && inFlight === 0 && now - askedAt > forgottenAfterMs) return undefined;
  return chunkMs;
}

/** Alike: within half of the best's time. */
const stepOf = (soonMs: number, bestMs: number): number =>
  Number.isFinite(bestMs) ? Math.floor(soonMs / (Math.max(1, bestMs) * 1.5)) : soonMs;
