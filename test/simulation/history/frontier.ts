/**
 * How far an order of steps may have come: what the store then holds, and which open steps are done.
 *
 * Of two that hold the same and have done the same of what must be done, the one that has used up
 * fewer of the steps that merely may happen can do all that the other can; only it is kept.
 */
import type { Store } from './reference-model.js';

export interface Reached {
  readonly store: Store;
  /** The store as text. */
  readonly key: string;
  /** One bit a step. */
  readonly done: bigint;
}

export class Frontier {
  readonly #byKey = new Map<string, Reached[]>();
  /** Bits of the steps that need not happen. */
  readonly #spare: bigint;

  constructor(spare: bigint) {
    this.#spare = spare;
  }

  /** @returns whether it is kept */
  add(reached: Reached): boolean {
    const key = `${reached.key}|${reached.done & ~this.#spare}`;
    const rivals = this.#byKey.get(key);
    if (rivals === undefined) {
      this.#byKey.set(key, [reached]);
      return true;
    }
    const used = reached.done & this.#spare;
    if (rivals.some(({ done }) => isWithin(done & this.#spare, used))) return false;
    const rest = rivals.filter(({ done }) => !isWithin(used, done & this.#spare));
    this.#byKey.set(key, [...rest, reached]);
    return true;
  }

  get all(): readonly Reached[] {
    return [...this.#byKey.values()].flat();
  }
}

const isWithin = (some: bigint, all: bigint): boolean => (some & all) === some;
