/** Keeps the copies of this keeper that do not press within their bounds, all of them together. */
import { setTimeout as delay } from 'node:timers/promises';
import { millis } from '../../domain/ids.js';
import { pass, type RepairRates, rateNow, unhurried } from '../../domain/repair-pace.js';

export class RepairBrake {
  readonly #rates: RepairRates;
  #pace = unhurried;
  #clients = 0;

  constructor(rates: RepairRates) {
    this.#rates = rates;
  }

  /** A client sends to this keeper, or reads from it. @returns to be called once, at its end */
  clientCame(): () => void {
    this.#clients += 1;
    return () => {
      this.#clients -= 1;
    };
  }

  /** Resolves when so many more bytes may be taken in; rejects when the signal is aborted. */
  async pass(bytes: number, signal: AbortSignal): Promise<void> {
    const rate = rateNow(this.#rates, this.#clients);
    const { pace, waitMs } = pass(this.#pace, bytes, rate, millis(performance.now()));
    this.#pace = pace;
    if (waitMs > 0) await delay(waitMs, undefined, { signal });
  }
}
