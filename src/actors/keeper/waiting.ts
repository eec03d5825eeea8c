/** What a keeper says while it waits for its master. */
import type { Logger } from 'pino';

/** A reason is said once; a keeper that waits for days repeats itself only at level debug. */
export class Waiting {
  readonly #log: Logger;
  #reason: string | undefined;

  constructor(log: Logger) {
    this.#log = log;
  }

  /** @param work what has to succeed for the waiting to be over */
  async told<Value>(work: Promise<Value>): Promise<Value> {
    try {
      const value = await work;
      this.#reason = undefined;
      return value;
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      const level = reason === this.#reason ? 'debug' : 'warn';
      this.#reason = reason;
      this.#log[level](`waiting for the master: ${reason}`);
      throw error;
    }
  }
}
