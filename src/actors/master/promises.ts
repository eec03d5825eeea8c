/**
 * Uploads that were given to keepers a moment ago and do not show in their heartbeats
 * yet, so that many clients at once are not all sent to the same keeper.
 */
import type { KeeperId } from '../../domain/ids.js';
import type { Promised } from '../../domain/placement.js';

interface Given {
  readonly bytes: number;
  readonly untilMs: number;
}

export class Promises {
  readonly #lifeMs: number;
  readonly #given = new Map<KeeperId, Given[]>();

  /** @param lifeMs after which the keeper's heartbeats tell */
  constructor(lifeMs: number) {
    this.#lifeMs = lifeMs;
  }

  note(keeper: KeeperId, bytes: number, nowMs: number): void {
    const given = this.#current(keeper, nowMs);
    given.push({ bytes, untilMs: nowMs + this.#lifeMs });
    this.#given.set(keeper, given);
  }

  of(keeper: KeeperId, nowMs: number): Promised {
    const given = this.#current(keeper, nowMs);
    return { transfers: given.length, bytes: given.reduce((sum, { bytes }) => sum + bytes, 0) };
  }

  #current(keeper: KeeperId, nowMs: number): Given[] {
    return (this.#given.get(keeper) ?? []).filter(({ untilMs }) => untilMs > nowMs);
  }
}
