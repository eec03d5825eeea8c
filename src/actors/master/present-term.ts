/**
 * The term that this master opened its table in, and the keepers that have seen a later table than
 * it found.
 */
import { randomBytes } from 'node:crypto';
import type { KeeperId } from '../../domain/ids.js';
import type { TermBegun } from '../../domain/table-rows.js';
import { hasSeenLater, type SeenBefore } from '../../domain/term-line.js';

export class PresentTerm {
  /** By which it is told from another one of the same epoch. */
  readonly id = randomBytes(8).toString('hex');
  readonly #ahead = new Set<KeeperId>();
  #opened = { epoch: 0, commit: 0 };
  #line: readonly TermBegun[] = [];

  /** @param opened the table as it was found; @param line its terms in order, this one last */
  begin(
    opened: { readonly epoch: number; readonly commit: number },
    line: readonly TermBegun[],
  ): void {
    this.#opened = opened;
    this.#line = line;
  }

  get ahead(): readonly KeeperId[] {
    return [...this.#ahead];
  }

  /** Whether the table was a later one then: this one is an older copy of it. */
  isOlderThan(seen: SeenBefore): boolean {
    return hasSeenLater(seen, this.#line, this.#opened);
  }

  note(keeper: KeeperId, seen: SeenBefore): void {
    if (this.isOlderThan(seen)) this.#ahead.add(keeper);
  }
}
