/**
 * The term that this master opened its table in, and the keepers that have seen a later table than
 * it found.
 */
import { randomBytes } from 'node:crypto';
import type { KeeperId } from '../../domain/ids.js';
import type { TermBegun } from '../../domain/table-rows.js';
import { judgePast, type PastVerdict, type SeenBefore } from '../../domain/term-line.js';
import type { TrustEvidence } from '../../domain/trust.js';

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

  get base(): TrustEvidence['base'] {
    return this.#line.at(-1)?.rebuilt === true ? 'rebuilt' : 'trusted';
  }

  get ahead(): readonly KeeperId[] {
    return [...this.#ahead];
  }

  judge(seen: SeenBefore): PastVerdict {
    return judgePast(seen, this.#line, this.#opened);
  }

  note(keeper: KeeperId, seen: SeenBefore): void {
    if (this.judge(seen) === 'later') this.#ahead.add(keeper);
  }
}
