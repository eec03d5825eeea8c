/**
 * How long to wait before trying again: doubling, capped, spread.
 *
 * The spread comes from a hash instead of dice, so that a replayed history waits as long as
 * the first one did, and things that failed together do not come back together.
 */
import assert from 'node:assert/strict';

export interface BackoffLimits {
  readonly firstMs: number;
  readonly maxMs: number;
}

/**
 * @param attempt failures so far, from 1.
 * @param key what failed.
 * @returns between half of the doubled delay and all of it, never above `maxMs`.
 */
export function backoffMs(attempt: number, key: string, { firstMs, maxMs }: BackoffLimits): number {
  assert(attempt >= 1, 'attempt >= 1');
  const wholeMs = Math.min(maxMs, firstMs * 2 ** Math.min(attempt - 1, 40));
  return wholeMs * (0.5 + 0.5 * fractionOf(`${key} ${attempt}`));
}

/** FNV-1a with a final mix: from 0 up to 1, even over similar keys. */
function fractionOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index += 1)
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return ((hash ^ (hash >>> 16)) >>> 0) / 2 ** 32;
}
