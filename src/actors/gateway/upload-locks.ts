/**
 * One request at a time for each upload. A new one asks the one before to make room, which ends a
 * request whose connection died unnoticed.
 */
import type { Lock, Locker } from '@tus/server';
import { ReelkeepError } from '../../domain/errors.js';
import { HttpRefusal } from './error-answers.js';
import { uploadLimits } from './upload-limits.js';

interface Holder {
  readonly makeRoom: () => Promise<void> | void;
  readonly gone: Promise<void>;
  readonly leave: () => void;
}

export class UploadLocks implements Locker {
  readonly #holders = new Map<string, Holder>();
  readonly #waitMs: number;

  constructor(waitMs: number = uploadLimits.lockWaitMs) {
    this.#waitMs = waitMs;
  }

  newLock(id: string): Lock {
    let mine: Holder | undefined;
    return {
      lock: async (signal, makeRoom) => {
        mine = await this.#take(id, signal, makeRoom);
      },
      unlock: async () => {
        if (mine === undefined || this.#holders.get(id) !== mine) return;
        this.#holders.delete(id);
        mine.leave();
      },
    };
  }

  async #take(id: string, signal: AbortSignal, makeRoom: Holder['makeRoom']): Promise<Holder> {
    const ended = ending(signal, this.#waitMs);
    try {
      for (let before = this.#holders.get(id); before; before = this.#holders.get(id)) {
        await before.makeRoom();
        await Promise.race([before.gone, ended.promise]);
      }
    } finally {
      ended.forget();
    }
    let leave = (): void => undefined;
    const gone = new Promise<void>((resolve) => {
      leave = resolve;
    });
    const holder = { makeRoom, gone, leave };
    this.#holders.set(id, holder);
    return holder;
  }
}

/** Rejects when the request is over, or has waited too long. */
function ending(signal: AbortSignal, waitMs: number) {
  let forget = (): void => undefined;
  const promise = new Promise<never>((_, reject) => {
    const onAbort = (): void => reject(new ReelkeepError('unavailable', 'the request is over'));
    const timer = setTimeout(
      () => reject(locked('another request sends bytes of this upload')),
      waitMs,
    );
    signal.addEventListener('abort', onAbort, { once: true });
    forget = () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', onAbort);
    };
  });
  // Nobody may be waiting by then.
  promise.catch(() => undefined);
  return { promise, forget };
}

/** Clients of the protocol ask again after this, instead of beginning anew. */
export const locked = (why: string): HttpRefusal => new HttpRefusal(423, 'unavailable', why);
