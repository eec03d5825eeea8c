/** Writes the history of a run as it happens, with the order of events that share one instant. */
import type { Call, History, Operation, Outcome } from './operations.js';

export interface Invocation {
  readonly client: string;
  readonly name: string;
  readonly call: Call;
}

export class HistoryRecorder {
  readonly #operations: Operation[] = [];
  #events = 0;

  /** @returns the id of the operation */
  invoke(invocation: Invocation, nowMs: number): number {
    const id = this.#operations.length;
    this.#operations.push({
      ...invocation,
      id,
      invokedAt: nowMs,
      returnedAt: undefined,
      order: { invoked: this.#next(), returned: undefined },
      outcome: { type: 'unknown' },
    });
    return id;
  }

  /** Not to be called for a client that died: its operations stay without an outcome. */
  settle(id: number, outcome: Outcome, nowMs: number): void {
    const operation = this.#operations[id];
    if (operation?.order?.returned !== undefined || operation?.order === undefined)
      throw new Error(`operation ${id} is not under way`);
    const order = { ...operation.order, returned: this.#next() };
    this.#operations[id] = { ...operation, outcome, returnedAt: nowMs, order };
  }

  /** In order of invocation. */
  get history(): History {
    return [...this.#operations];
  }

  #next(): number {
    this.#events += 1;
    return this.#events;
  }
}
