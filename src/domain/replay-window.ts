/**
 * Which numbered messages of one sender have been taken: each is taken once, in any order.
 *
 * The anti-replay window of IPsec (RFC 4303, section 3.4.3): what is older than the window counts
 * as taken. Place `n % width` holds the highest number taken that belongs there, so that nothing
 * has to be shifted when the window moves (RFC 6479).
 */
import assert from 'node:assert/strict';

/** So much older than the newest, a report is refused whether it was taken or not. */
export const reportsTrackedMax = 1_024;

export type Taking = 'fresh' | 'taken before' | 'too old';

export class ReplayWindow {
  readonly #places: Float64Array;
  #highest = 0;

  constructor(width = reportsTrackedMax) {
    this.#places = new Float64Array(width);
  }

  /** @param number from 1 */
  take(number: number): Taking {
    assert(Number.isSafeInteger(number) && number > 0, `${number} is not the number of a message`);
    const width = this.#places.length;
    if (number <= this.#highest - width) return 'too old';
    const place = number % width;
    if (this.#places[place] === number) return 'taken before';
    this.#places[place] = number;
    this.#highest = Math.max(this.#highest, number);
    return 'fresh';
  }
}
