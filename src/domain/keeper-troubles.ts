/** Which keepers had copies fail on them, and how long they are spared. */
import { type BackoffLimits, backoffMs } from './backoff.js';
import { type KeeperId, type Millis, millis } from './ids.js';

/**
 *   untroubled  its last copy went well
 *   troubled    failed lately: taken when no other keeper will do
 *   shunned     failed too often in a row: given nothing for now
 */
export type Trouble = 'untroubled' | 'troubled' | 'shunned';

interface Failures {
  readonly inRow: number;
  readonly until: Millis;
}

/**
 * A failure may be the file's fault and not the keeper's. So one failure only changes who is
 * asked first; it takes several in a row, with no success between, to shun a keeper.
 */
export class KeeperTroubles {
  readonly #failures = new Map<KeeperId, Failures>();
  readonly #limits: BackoffLimits & { readonly failuresMax: number };

  constructor(limits: BackoffLimits & { readonly failuresMax: number }) {
    this.#limits = limits;
  }

  noteFailure(keeper: KeeperId, now: Millis): void {
    const inRow = (this.#failures.get(keeper)?.inRow ?? 0) + 1;
    const until = millis(now + backoffMs(inRow, keeper, this.#limits));
    this.#failures.set(keeper, { inRow, until });
  }

  forgive(keeper: KeeperId): void {
    this.#failures.delete(keeper);
  }

  troubleOf(keeper: KeeperId, now: Millis): Trouble {
    const failures = this.#failures.get(keeper);
    if (failures === undefined || now >= failures.until) return 'untroubled';
    return failures.inRow >= this.#limits.failuresMax ? 'shunned' : 'troubled';
  }
}
