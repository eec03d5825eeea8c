/** Verifications that were ordered and whose outcome somebody waits for. */
import type { FileId, KeeperId } from '../../domain/ids.js';

/** A clock that is set for longer goes off at once. */
export const timerMsMax = 2 ** 31 - 1;

export interface VerifyOutcome {
  readonly outcome: 'sound' | 'quarantined' | 'absent' | 'unknown';
  readonly reason: string;
  /** By which a keeper that found it sound has shown that it has the bytes. */
  readonly proof?: Proof;
}

interface Proof {
  /** 64 hex digits, made for this question alone. */
  readonly challenge: string;
  /** The same from all who have the same bytes. */
  readonly answer: string;
}

export interface Waiting {
  readonly timeoutMs: number;
  readonly signal?: AbortSignal | undefined;
  /** `sound` is no answer without its proof. */
  readonly challenge?: string | undefined;
}

type Waiter = (outcome: VerifyOutcome) => void;

export class VerifyWatch {
  readonly #waiting = new Map<string, Map<Waiter, Waiting['challenge']>>();
  #isClosed = false;

  /** Whether one is under way: a second order would only read the same bytes twice. */
  isUnderWay(fileId: FileId, keeper: KeeperId): boolean {
    return this.#waiting.has(key(fileId, keeper));
  }

  wait(
    fileId: FileId,
    keeper: KeeperId,
    { timeoutMs, signal, challenge }: Waiting,
  ): Promise<VerifyOutcome> {
    if (this.#isClosed) return Promise.resolve(stopping);
    return new Promise((resolve) => {
      const waiters = this.#waiting.get(key(fileId, keeper)) ?? new Map();
      const end = (outcome: VerifyOutcome): void => {
        clearTimeout(timer);
        signal?.removeEventListener('abort', gone);
        waiters.delete(end);
        if (waiters.size === 0) this.#waiting.delete(key(fileId, keeper));
        resolve(outcome);
      };
      const gone = (): void => end({ outcome: 'unknown', reason: 'nobody waits for it any more' });
      const timer = setTimeout(
        () => end({ outcome: 'unknown', reason: `no answer within ${timeoutMs / 1000} s` }),
        Math.min(timeoutMs, timerMsMax),
      );
      signal?.addEventListener('abort', gone, { once: true });
      this.#waiting.set(key(fileId, keeper), waiters.set(end, challenge));
      if (signal?.aborted) gone();
    });
  }

  tell(fileId: FileId, keeper: KeeperId, outcome: VerifyOutcome): void {
    for (const [end, challenge] of [...(this.#waiting.get(key(fileId, keeper)) ?? [])])
      if (isAnswered(challenge, outcome)) end(outcome);
  }

  /** Nothing will come from this keeper. */
  lose(keeper: KeeperId, reason = 'its keeper was lost'): void {
    for (const [name, waiters] of [...this.#waiting])
      if (name.endsWith(` ${keeper}`))
        for (const end of [...waiters.keys()]) end({ outcome: 'unknown', reason });
  }

  /** The master stops: nobody is kept waiting, and no clock runs on. */
  close(): void {
    this.#isClosed = true;
    for (const waiters of [...this.#waiting.values()])
      for (const end of [...waiters.keys()]) end(stopping);
  }
}

const isAnswered = (challenge: string | undefined, { outcome, proof }: VerifyOutcome): boolean =>
  challenge === undefined || outcome !== 'sound' || proof?.challenge === challenge;

const stopping: VerifyOutcome = { outcome: 'unknown', reason: 'the master is stopping' };

const key = (fileId: FileId, keeper: KeeperId): string => `${fileId} ${keeper}`;
