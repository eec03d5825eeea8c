/**
 * The chunks of one transfer that are being worked on at the same time.
 *
 * The first failure, of a chunk or of the connection, is kept and aborts `signal`;
 * the tasks that run are still waited for, because they hold buffers.
 */
export class ChunkTasks {
  readonly #running = new Set<Promise<void>>();
  readonly #stopped = new AbortController();
  readonly #outer: AbortSignal;
  readonly #onOuterAbort = () => this.fail(this.#outer.reason);

  /** @param outer the connection's signal */
  constructor(outer: AbortSignal) {
    this.#outer = outer;
    if (outer.aborted) this.fail(outer.reason);
    outer.addEventListener('abort', this.#onOuterAbort, { once: true });
  }

  /** Aborted with the first failure as its reason. */
  get signal(): AbortSignal {
    return this.#stopped.signal;
  }

  start(task: Promise<void>): void {
    const running = task
      .catch((error: unknown) => this.fail(error))
      .finally(() => this.#running.delete(running));
    this.#running.add(running);
  }

  fail(error: unknown): void {
    this.#stopped.abort(error);
  }

  /** Waits for all that runs, then throws the first failure if there is one. */
  async settle(): Promise<void> {
    while (this.#running.size > 0) await Promise.all(this.#running);
    this.#outer.removeEventListener('abort', this.#onOuterAbort);
    this.signal.throwIfAborted();
  }
}

/** `promise`, or the signal's reason when that comes first. */
export function unlessAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const onAbort = () => reject(signal.reason);
    if (signal.aborted) onAbort();
    signal.addEventListener('abort', onAbort, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', onAbort));
  });
}
