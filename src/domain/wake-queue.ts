/** What is to be looked at again at a certain time, soonest first: a binary heap. */
import type { Millis } from './ids.js';

export interface Wake<Item> {
  readonly at: Millis;
  readonly item: Item;
}

export class WakeQueue<Item> {
  readonly #heap: Wake<Item>[] = [];

  get size(): number {
    return this.#heap.length;
  }

  add(at: Millis, item: Item): void {
    const wake = { at, item };
    let index = this.#heap.length;
    this.#heap.push(wake);
    while (index > 0) {
      const parent = (index - 1) >> 1;
      const above = this.#heap[parent];
      if (above === undefined || above.at <= at) break;
      this.#heap[index] = above;
      index = parent;
    }
    this.#heap[index] = wake;
  }

  /** The soonest one, taken out, if its time has come. */
  takeDue(now: Millis): Wake<Item> | undefined {
    const first = this.#heap[0];
    if (first === undefined || first.at > now) return undefined;
    const last = this.#heap.pop();
    if (last !== undefined && this.#heap.length > 0) this.#sink(last);
    return first;
  }

  #sink(wake: Wake<Item>): void {
    let index = 0;
    for (;;) {
      const child = this.#soonerChild(index);
      const below = this.#heap[child];
      if (below === undefined || below.at >= wake.at) break;
      this.#heap[index] = below;
      index = child;
    }
    this.#heap[index] = wake;
  }

  #soonerChild(index: number): number {
    const left = 2 * index + 1;
    const [a, b] = [this.#heap[left], this.#heap[left + 1]];
    return a !== undefined && b !== undefined && b.at < a.at ? left + 1 : left;
  }
}
