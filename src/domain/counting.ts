/**
 * Numbers that only grow: kept where something happens, read when somebody asks.
 *
 * Adding is a few steps without any memory, so that it may stand wherever bytes pass. The words by
 * which is counted are named by the code: what comes from outside is never one of them.
 */

/** One number for each word; several words in one are written `put/ok`. */
export class Tally<Word extends string> {
  readonly #counts = new Map<Word, number>();

  /** @param known shown as 0 before anything was counted */
  constructor(known: readonly Word[] = []) {
    for (const word of known) this.#counts.set(word, 0);
  }

  add(word: Word, amount = 1): void {
    this.#counts.set(word, this.of(word) + amount);
  }

  of(word: Word): number {
    return this.#counts.get(word) ?? 0;
  }

  get counts(): ReadonlyMap<Word, number> {
    return this.#counts;
  }
}

/** How many go on now; each that began ends once. */
export class UnderWay<Word extends string> {
  readonly #tally: Tally<Word>;

  constructor(known: readonly Word[]) {
    this.#tally = new Tally(known);
  }

  /** @returns to be called once, at its end */
  begin(word: Word): () => void {
    this.#tally.add(word);
    return () => this.#tally.add(word, -1);
  }

  get counts(): ReadonlyMap<Word, number> {
    return this.#tally.counts;
  }
}

/** How long something took, as counts of all that took no longer than each bound. */
export class Durations {
  readonly boundsMs: readonly number[];
  readonly #counts: number[];
  #count = 0;
  #sumMs = 0;

  /** @param boundsMs rising */
  constructor(boundsMs: readonly number[]) {
    this.boundsMs = boundsMs;
    this.#counts = boundsMs.map(() => 0);
  }

  note(ms: number): void {
    this.#count += 1;
    this.#sumMs += ms;
    const at = this.boundsMs.findIndex((boundMs) => ms <= boundMs);
    if (at >= 0) this.#counts[at] = (this.#counts[at] ?? 0) + 1;
  }

  get count(): number {
    return this.#count;
  }

  get sumMs(): number {
    return this.#sumMs;
  }

  /** Of each bound, those that took longer than the one before it; of what took longer than all, nothing is here. */
  get counts(): readonly number[] {
    return this.#counts;
  }
}
