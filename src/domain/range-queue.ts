/**
 * Which chunks of a download are fetched from which keeper, so that all of them serve at once.
 *
 * Every chunk is in exactly one place: pending, claimed by one or two keepers, or done. A
 * keeper that fails gives back what it claimed; one that crawls is overtaken when nothing is
 * pending any more, and of two that fetch the same chunk the first with the right bytes wins.
 * A keeper whose bytes of a chunk were wrong is never asked for that chunk again.
 */
import assert from 'node:assert/strict';
import type { ChunkRange } from './chunk-plan.js';
import type { KeeperId } from './ids.js';

export interface RangeQueue {
  /** In order, apart from each other. */
  readonly pending: readonly ChunkRange[];
  /** By chunk; each has one or two claimants, the first being the one that claimed first. */
  readonly claimed: ReadonlyMap<number, readonly KeeperId[]>;
  /** Who sent wrong bytes of which chunk. */
  readonly refused: ReadonlyMap<number, readonly KeeperId[]>;
}

export interface ClaimLimits {
  readonly countMax: number;
  /** Only chunks before this one; bounds how far ahead of a slow reader anyone fetches. */
  readonly before: number;
}

const claimCountMax = 4;
export const claimantsMax = 2;
/** A claim should not take a keeper longer than this, so that little is held up when it fails. */
const claimTargetMs = 1000;
/** An idle keeper takes over from one that needs this many times as long for a chunk, and so much longer. */
const overtakeRatio = 2;
const overtakeMarginMs = 50;

export const createRangeQueue = (missing: readonly ChunkRange[]): RangeQueue => ({
  pending: missing.filter((range) => range.count > 0),
  claimed: new Map(),
  refused: new Map(),
});

export const isFinished = (queue: RangeQueue): boolean =>
  queue.pending.length === 0 && queue.claimed.size === 0;

const pendingCount = (queue: RangeQueue): number =>
  queue.pending.reduce((sum, range) => sum + range.count, 0);

/**
 * How many chunks a keeper should claim: few when it is slow or the end is near.
 * @param chunkMs how long it takes for a chunk; absent when nothing is known of it yet.
 */
export function claimCount(queue: RangeQueue, sources: number, chunkMs?: number): number {
  const share = Math.ceil(pendingCount(queue) / (2 * Math.max(1, sources)));
  const paced = chunkMs === undefined ? 1 : Math.floor(claimTargetMs / Math.max(1, chunkMs));
  return Math.max(1, Math.min(claimCountMax, share, paced));
}

/** The next pending run for this keeper, now claimed by it; absent when there is none for it. */
export function claimRange(
  queue: RangeQueue,
  source: KeeperId,
  limits: ClaimLimits,
): { readonly queue: RangeQueue; readonly range?: ChunkRange } {
  for (const run of queue.pending) {
    const range = firstFit(queue, source, run, limits);
    if (range === undefined) continue;
    const claimed = new Map(queue.claimed);
    for (const index of indexesOf(range)) claimed.set(index, [source]);
    return { queue: { ...queue, claimed, pending: without(queue.pending, range) }, range };
  }
  return { queue };
}

/**
 * One chunk that a much slower keeper has claimed alone, now claimed by both: the last of the
 * slowest, since that is the one it will come to last. Absent when nobody is that slow.
 * @param chunkMs how long each keeper takes for a chunk, as far as can be told now.
 */
export function takeOver(
  queue: RangeQueue,
  source: KeeperId,
  chunkMs: (source: KeeperId) => number,
  before: number,
): { readonly queue: RangeQueue; readonly range?: ChunkRange } {
  const ownMs = chunkMs(source);
  const slowMs = Math.max(overtakeRatio * ownMs, ownMs + overtakeMarginMs);
  let slowest:
    | { readonly index: number; readonly claimant: KeeperId; readonly ms: number }
    | undefined;
  for (const [index, claimants] of queue.claimed) {
    const claimant = soleOther(claimants, source);
    if (claimant === undefined || index >= before || isRefused(queue, source, index)) continue;
    const ms = chunkMs(claimant);
    if (ms <= slowMs || (slowest !== undefined && !isLater({ index, ms }, slowest))) continue;
    slowest = { index, claimant, ms };
  }
  if (slowest === undefined) return { queue };
  const claimed = new Map(queue.claimed).set(slowest.index, [slowest.claimant, source]);
  return { queue: { ...queue, claimed }, range: { first: slowest.index, count: 1 } };
}

interface Expected {
  readonly index: number;
  readonly ms: number;
}

const isLater = (one: Expected, other: Expected): boolean =>
  one.ms > other.ms || (one.ms === other.ms && one.index > other.index);

function soleOther(claimants: readonly KeeperId[], source: KeeperId): KeeperId | undefined {
  const [claimant] = claimants;
  return claimants.length < claimantsMax && claimant !== source ? claimant : undefined;
}

/**
 * The right bytes of a chunk are here. `claimants` are those who were fetching it; none when
 * another keeper had delivered it before.
 */
export function deliver(
  queue: RangeQueue,
  index: number,
): { readonly queue: RangeQueue; readonly claimants: readonly KeeperId[] } {
  const claimants = queue.claimed.get(index) ?? [];
  const claimed = new Map(queue.claimed);
  claimed.delete(index);
  return { queue: { ...queue, claimed }, claimants };
}

/** The bytes of a chunk were wrong: it goes back, and this keeper is not asked for it again. */
export function refuse(queue: RangeQueue, source: KeeperId, index: number): RangeQueue {
  if (isRefused(queue, source, index)) return queue;
  const refused = new Map(queue.refused).set(index, [...(queue.refused.get(index) ?? []), source]);
  return giveBack({ ...queue, refused }, source, index);
}

/** Everything this keeper has claimed and not delivered goes back, unless another claims it too. */
export function release(queue: RangeQueue, source: KeeperId): RangeQueue {
  let released = queue;
  for (const [index, claimants] of queue.claimed) {
    if (claimants.includes(source)) released = giveBack(released, source, index);
  }
  return released;
}

/** Whether this keeper has claimed a chunk that nobody has delivered. */
export function isWanted(queue: RangeQueue, source: KeeperId, range: ChunkRange): boolean {
  return indexesOf(range).some((index) => queue.claimed.get(index)?.includes(source) ?? false);
}

/** Whether some chunk is left that this keeper might still deliver. */
export function isUseful(queue: RangeQueue, source: KeeperId): boolean {
  for (const index of queue.claimed.keys()) if (!isRefused(queue, source, index)) return true;
  return queue.pending.some(
    (run) =>
      // Refusals are few: a run longer than all of them holds a chunk that was not refused.
      run.count > queue.refused.size ||
      indexesOf(run).some((index) => !isRefused(queue, source, index)),
  );
}

function giveBack(queue: RangeQueue, source: KeeperId, index: number): RangeQueue {
  const claimants = queue.claimed.get(index);
  if (!claimants?.includes(source)) return queue;
  const others = claimants.filter((claimant) => claimant !== source);
  const claimed = new Map(queue.claimed);
  if (others.length > 0) return { ...queue, claimed: claimed.set(index, others) };
  claimed.delete(index);
  return { ...queue, claimed, pending: withChunk(queue.pending, index) };
}

const isRefused = (queue: RangeQueue, source: KeeperId, index: number): boolean =>
  queue.refused.get(index)?.includes(source) ?? false;

function firstFit(
  queue: RangeQueue,
  source: KeeperId,
  run: ChunkRange,
  { countMax, before }: ClaimLimits,
): ChunkRange | undefined {
  const end = Math.min(run.first + run.count, before);
  let first = run.first;
  while (first < end && isRefused(queue, source, first)) first += 1;
  let next = first;
  while (next < end && next - first < countMax && !isRefused(queue, source, next)) next += 1;
  return next > first ? { first, count: next - first } : undefined;
}

function without(runs: readonly ChunkRange[], cut: ChunkRange): ChunkRange[] {
  return runs.flatMap((run) => {
    const end = run.first + run.count;
    const cutEnd = cut.first + cut.count;
    if (cut.first >= end || cutEnd <= run.first) return [run];
    assert(cut.first >= run.first && cutEnd <= end, 'a claim lies within one run');
    return [
      { first: run.first, count: cut.first - run.first },
      { first: cutEnd, count: end - cutEnd },
    ].filter((rest) => rest.count > 0);
  });
}

function withChunk(runs: readonly ChunkRange[], index: number): ChunkRange[] {
  const sorted = [...runs, { first: index, count: 1 }].sort((a, b) => a.first - b.first);
  const merged: ChunkRange[] = [];
  for (const run of sorted) {
    const last = merged.at(-1);
    if (last !== undefined && last.first + last.count === run.first) {
      merged[merged.length - 1] = { first: last.first, count: last.count + run.count };
    } else merged.push(run);
  }
  return merged;
}

const indexesOf = ({ first, count }: ChunkRange): number[] =>
  Array.from({ length: count }, (_, offset) => first + offset);
