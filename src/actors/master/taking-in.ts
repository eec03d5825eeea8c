/**
 * Keepers that have registered and may hold files that the table has not heard of since it was made
 * again: nothing that only they have is garbage before their whole inventory has been taken in.
 */
import type { KeeperId } from '../../domain/ids.js';

export class TakingIn {
  readonly #due = new Map<KeeperId, 'under way' | 'in vain'>();

  /** As the table says. */
  registered(keeper: KeeperId, toBeTakenIn: boolean): void {
    if (toBeTakenIn) this.#due.set(keeper, 'under way');
    else this.#due.delete(keeper);
  }

  done(keeper: KeeperId): void {
    this.#due.delete(keeper);
  }

  /** Not all that it holds could be looked at: it is tried again, and not waited for. */
  failed(keeper: KeeperId): void {
    if (this.#due.has(keeper)) this.#due.set(keeper, 'in vain');
  }

  has(keeper: KeeperId): boolean {
    return this.#due.has(keeper);
  }

  isUnderWay(keeper: KeeperId): boolean {
    return this.#due.get(keeper) === 'under way';
  }
}
