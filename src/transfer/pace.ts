/**
 * Judges a peer that owes bytes: has it gone quiet, or is it too slow?
 *
 * It is told the time and what arrived. One judge lives as long as the peer
 * owes one frame; while this side is the one that is waited for, there is none.
 */
import { type Millis, millis } from '../domain/ids.js';

export interface PaceLimits {
  readonly idleTimeoutMs: number;
  readonly bytesPerSecondMin: number;
  readonly rateWindowMs: number;
}

export type PaceVerdict =
  | { readonly state: 'in time'; readonly judgeAgainAt: Millis }
  | { readonly state: 'silent' }
  | { readonly state: 'too slow' };

export class Pace {
  readonly #limits: PaceLimits;
  #heardAt: Millis;
  #windowFrom: Millis;
  #windowBytes = 0;

  constructor(limits: PaceLimits, now: Millis) {
    this.#limits = limits;
    this.#heardAt = now;
    this.#windowFrom = now;
  }

  heard(bytes: number, now: Millis): void {
    this.#heardAt = now;
    this.#windowBytes += bytes;
  }

  judge(now: Millis): PaceVerdict {
    const { idleTimeoutMs, bytesPerSecondMin, rateWindowMs } = this.#limits;
    if (now - this.#heardAt >= idleTimeoutMs) return { state: 'silent' };
    const windowMs = now - this.#windowFrom;
    if (windowMs >= rateWindowMs) {
      if (this.#windowBytes * 1000 < bytesPerSecondMin * windowMs) return { state: 'too slow' };
      this.#windowFrom = now;
      this.#windowBytes = 0;
    }
    const next = Math.min(this.#heardAt + idleTimeoutMs, this.#windowFrom + rateWindowMs);
    return { state: 'in time', judgeAgainAt: millis(next) };
  }
}
