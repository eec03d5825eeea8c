/** A counted number of slots; who finds none waits in line. */
import assert from 'node:assert/strict';

interface Waiting {
  grant(): void;
}

export class Slots {
  readonly #max: number;
  readonly #waiting = new Set<Waiting>();
  #inUse = 0;

  constructor(max: number) {
    assert(Number.isSafeInteger(max) && max > 0, `${max} slots`);
    this.#max = max;
  }

  get inUse(): number {
    return this.#inUse;
  }

  tryTake(): boolean {
    if (this.#inUse >= this.#max) return false;
    this.#inUse += 1;
    return true;
  }

  /** Rejects with the signal's reason when that comes first. */
  async take(signal?: AbortSignal): Promise<void> {
    signal?.throwIfAborted();
    if (this.tryTake()) return;
    await new Promise<void>((resolve, reject) => {
      const waiting: Waiting = {
        grant: () => {
          signal?.removeEventListener('abort', onAbort);
          resolve();
        },
      };
      const onAbort = () => {
        this.#waiting.delete(waiting);
        reject(signal?.reason);
      };
      signal?.addEventListener('abort', onAbort, { once: true });
      this.#waiting.add(waiting);
    });
  }

  /** Holds a slot while `work` runs, or until `work` gives it back early. */
  async hold<T>(work: (giveBack: () => void) => Promise<T>, signal?: AbortSignal): Promise<T> {
    await this.take(signal);
    let held = true;
    const giveBack = () => {
      if (held) this.free();
      held = false;
    };
    try {
      return await work(giveBack);
    } finally {
      giveBack();
    }
  }

  /** A slot given back goes straight to the one who has waited longest. */
  free(): void {
    assert(this.#inUse > 0, 'more slots freed than taken');
    const [next] = this.#waiting;
    if (next === undefined) {
      this.#inUse -= 1;
      return;
    }
    this.#waiting.delete(next);
    next.grant();
  }
}
