/**
 * A queue without duplicates, from whose middle items may be taken.
 *
 * Whoever is given an item by `next` deletes it or adds it again, which puts it at the end;
 * so nothing before the cursor is left, and the holes of what was deleted are passed once.
 */
export class Rotation<Item> {
  readonly #items = new Set<Item>();
  #cursor: Iterator<Item> = this.#items.values();

  get size(): number {
    return this.#items.size;
  }

  /** At the end, also when it was in before. */
  add(item: Item): void {
    this.#items.delete(item);
    this.#items.add(item);
  }

  delete(item: Item): void {
    this.#items.delete(item);
  }

  has(item: Item): boolean {
    return this.#items.has(item);
  }

  next(): Item | undefined {
    const first = this.#cursor.next();
    if (first.done !== true) return first.value;
    // An iterator that has come to its end stays there, though items were added since.
    this.#cursor = this.#items.values();
    const again = this.#cursor.next();
    return again.done === true ? undefined : again.value;
  }

  all(): readonly Item[] {
    return [...this.#items];
  }
}
