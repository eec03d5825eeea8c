/**
 * How many replicas a keeper is made to read again at a time before drops.
 *
 * The others wait here and not on the keeper, where they could not be taken back: one whose
 * drop is given up leaves the line, and nothing is read for it.
 */
import type { KeeperId } from '../../domain/ids.js';

/** As many as a keeper reads at the same time. */
const verifyingMax = 2;

interface Lanes {
  taken: number;
  readonly waiting: Set<() => void>;
}

export class VerifyLanes {
  readonly #keepers = new Map<KeeperId, Lanes>();

  /** Resolves to whether a lane was taken, which `leave` is to give back. */
  enter(keeper: KeeperId, signal: AbortSignal): Promise<boolean> {
    if (signal.aborted) return Promise.resolve(false);
    const lanes = this.#keepers.get(keeper) ?? { taken: 0, waiting: new Set() };
    this.#keepers.set(keeper, lanes);
    if (lanes.taken < verifyingMax) {
      lanes.taken += 1;
      return Promise.resolve(true);
    }
    return new Promise((resolve) => {
      const end = (isTaken: boolean): void => {
        signal.removeEventListener('abort', onAbort);
        lanes.waiting.delete(onTurn);
        resolve(isTaken);
      };
      const onAbort = (): void => end(false);
      const onTurn = (): void => end(true);
      signal.addEventListener('abort', onAbort, { once: true });
      lanes.waiting.add(onTurn);
    });
  }

  /** The lane passes to the one that has waited longest. */
  leave(keeper: KeeperId): void {
    const lanes = this.#keepers.get(keeper);
    if (lanes === undefined) return;
    const [next] = lanes.waiting;
    if (next !== undefined) {
      next();
      return;
    }
    lanes.taken -= 1;
    if (lanes.taken === 0) this.#keepers.delete(keeper);
  }
}
