/** Lets loops sleep until something has changed. */
export class WakeUp {
  #sleepers: (() => void)[] = [];

  /** Wakes everyone who sleeps now. */
  wake(): void {
    const sleepers = this.#sleepers;
    this.#sleepers = [];
    for (const wake of sleepers) wake();
  }

  /** Resolves at the next `wake`, or after `ms` at the latest. */
  sleep(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, ms);
      this.#sleepers.push(() => {
        clearTimeout(timer);
        resolve();
      });
    });
  }
}
