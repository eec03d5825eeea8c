/**
 * How far ahead of a viewer a film is fetched.
 *
 * Who has taken little may soon leave or seek, and what was fetched for him was fetched for
 * nothing: so it is never more than a quarter of what he has taken. Who takes slowly needs little:
 * so it is no more than he takes while a chunk comes. All of it is bounded.
 */
import { chunkBytes } from './chunk-plan.js';

export interface Viewing {
  /** Bytes that the viewer has taken of this answer. */
  readonly takenBytes: number;
  /** Smoothed; how long he takes for a byte, without the time in which he waited for it. */
  readonly msPerByte: number;
}

export const aheadChunksMax = 4;
const shareOfTaken = 1 / 4;
/** On top of the time that two chunks take to come. */
const marginMs = 100;
/** Bytes over which the pace is smoothed. */
const smoothedBytes = 2 * 1024 * 1024;

export const beginViewing: Viewing = { takenBytes: 0, msPerByte: 0 };

/** @param ms that it took him to take these bytes */
export function taken({ takenBytes, msPerByte }: Viewing, bytes: number, ms: number): Viewing {
  if (bytes === 0) return { takenBytes, msPerByte };
  const weight = bytes / (bytes + Math.min(takenBytes, smoothedBytes));
  return {
    takenBytes: takenBytes + bytes,
    msPerByte: msPerByte + weight * (ms / bytes - msPerByte),
  };
}

/** @param chunkMs how long a chunk takes to come */
export function aheadBytes({ takenBytes, msPerByte }: Viewing, chunkMs: number): number {
  const atHisPace =
    msPerByte === 0 ? Number.POSITIVE_INFINITY : (2 * chunkMs + marginMs) / msPerByte;
  return Math.min(takenBytes * shareOfTaken, atHisPace, aheadChunksMax * chunkBytes);
}
