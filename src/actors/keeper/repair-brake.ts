/** Keeps the copies of this keeper that do not press within their bounds, all of them together. */
import { setTimeout as delay } from 'node:timers/promises';
import { millis } from '../../domain/ids.js';
import { pass, type RepairRates, rateNow, unhurried } from '../../domain/repair-pace.js';

export class RepairBrake {
  readonly #rates: RepairRates;
  #pace = unhurried;
  #clients = 0;
  #leftAtMs = Number.NEGATIVE_INFINITY;

  constructor(rates: RepairRates) {
    this.#rates = rates;
  }

  /** A client sends to this keeper, or reads from it. @returns to be called once, at its end */
  clientCame(): () => void {
    this.#clients += 1;
    return () => {
      this.#clients -= 1;
      this.#leftAtMs = performance.now();
    };
  }

  /** Resolves when so many more bytes may be taken in; rejects when the signal is aborted. */
  async pass(bytes: number, signal: AbortSignal): Promise<void> {
    const now = millis(performance.now());
    const quietMs = this.#clients > 0 ? 0 : now - this.#leftAtMs;
    const { pace, waitMs } = pass(this.#pace, bytes, rateNow(this.#rates, quietMs), now);
    this.#pace = pace;
    if (waitMs > 0) await delay(waitMs, undefined, { signal });
  }
}
