/** Tells when a socket was idle for a while: one event a period, however often it is used. */
import type { KernelEvent } from '../kernel.js';
import type { SimProcess } from '../sim-process.js';
import { theWorld } from '../world.js';

export class IdleTimer {
  readonly #process: SimProcess;
  readonly #onIdle: () => void;
  #delayMs = 0;
  #usedAtMs = 0;
  #event: KernelEvent | undefined;

  constructor(process: SimProcess, onIdle: () => void) {
    this.#process = process;
    this.#onIdle = onIdle;
  }

  /** 0 for never. */
  set(delayMs: number): void {
    if (this.#event !== undefined) this.#event.isDue = false;
    this.#event = undefined;
    this.#delayMs = delayMs;
    this.touch();
  }

  /** Being idle is told once, and again after the next use. */
  touch(): void {
    this.#usedAtMs = theWorld().kernel.nowMs;
    if (this.#event === undefined && this.#delayMs > 0) this.#watch(this.#delayMs);
  }

  #watch(delayMs: number): void {
    const { kernel } = theWorld();
    this.#event = kernel.afterIn(this.#process, delayMs, 'net idle', () => {
      const restMs = this.#usedAtMs + this.#delayMs - kernel.nowMs;
      // Less than that is a matter of rounding.
      if (restMs > 0.001) {
        this.#watch(restMs);
        return;
      }
      this.#event = undefined;
      this.#onIdle();
    });
  }
}
