/**
 * Twins of the clocks and timers that a program finds without importing anything, and of
 * `node:timers/promises` and `node:perf_hooks`.
 *
 * Monotonic time is that of the run, since the process started; wall time is that of its machine,
 * and may jump. A timer belongs to the process that set it.
 */
import type { KernelEvent } from './kernel.js';
import type { SimProcess } from './sim-process.js';
import { theWorld, thisProcess } from './world.js';

export class SimTimeout {
  readonly #process: SimProcess;
  readonly #delayMs: number;
  readonly #run: () => void;
  readonly #repeats: boolean;
  #event: KernelEvent;

  constructor(run: () => void, delayMs: number, repeats: boolean) {
    this.#process = thisProcess('a timer');
    this.#run = run;
    // As Node has it: nothing is sooner than a millisecond.
    this.#delayMs = delayMs >= 1 ? Math.trunc(delayMs) : 1;
    this.#repeats = repeats;
    this.#event = this.#schedule();
  }

  cancel(): void {
    this.#event.isDue = false;
  }

  refresh(): this {
    this.cancel();
    this.#event = this.#schedule();
    return this;
  }

  ref(): this {
    return this;
  }

  unref(): this {
    return this;
  }

  #schedule(): KernelEvent {
    return theWorld().kernel.afterIn(this.#process, this.#delayMs, 'timer', () => {
      if (this.#repeats) this.#event = this.#schedule();
      this.#run();
    });
  }
}

type Callback<Args extends readonly unknown[]> = (...args: Args) => void;

export const setTimeout = <Args extends readonly unknown[]>(
  callback: Callback<Args>,
  delayMs = 1,
  ...args: Args
): SimTimeout => new SimTimeout(() => callback(...args), delayMs, false);

export const setInterval = <Args extends readonly unknown[]>(
  callback: Callback<Args>,
  delayMs = 1,
  ...args: Args
): SimTimeout => new SimTimeout(() => callback(...args), delayMs, true);

export const clearTimeout = (timer?: SimTimeout): void => timer?.cancel();
export const clearInterval = (timer?: SimTimeout): void => timer?.cancel();

export const performance = {
  now(): number {
    const { startedAtMs } = thisProcess('the monotonic clock');
    return theWorld().kernel.nowMs - startedAtMs;
  },
};

function wallNowMs(): number {
  const { kernel, wallStartMs } = theWorld();
  return Math.floor(wallStartMs + kernel.nowMs + thisProcess('the wall clock').machine.wallAheadMs);
}

class SimDate extends globalThis.Date {
  static override now(): number {
    return wallNowMs();
  }

  constructor(...args: readonly [] | readonly [number | string | globalThis.Date]) {
    super(args[0] ?? wallNowMs());
  }
}

export { SimDate as Date };

export const AbortSignal = {
  timeout(delayMs: number): globalThis.AbortSignal {
    const controller = new AbortController();
    setTimeout(() => controller.abort(new DOMException('timed out', 'TimeoutError')), delayMs);
    return controller.signal;
  },
  any: (signals: Iterable<globalThis.AbortSignal>) => globalThis.AbortSignal.any([...signals]),
  abort: (reason?: unknown) => globalThis.AbortSignal.abort(reason),
};

/** Only what a program may know of the process that it runs in. */
export const process = {
  get pid(): number {
    return thisProcess('its number').pid;
  },
};
