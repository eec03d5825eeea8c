/**
 * Which PUT tickets have served already.
 *
 * A nonce is remembered until its ticket has expired, after which the ticket is
 * refused for that; so forgetting it then lets nothing through. When there is no
 * room for another one, the answer is no.
 */
export type NonceVerdict = 'fresh' | 'used' | 'no room';

export class NonceLedger {
  readonly #noncesMax: number;
  readonly #expiresAtMs = new Map<string, number>();

  constructor(noncesMax: number) {
    this.#noncesMax = noncesMax;
  }

  get size(): number {
    return this.#expiresAtMs.size;
  }

  /** @param nowMs and `expiresAtMs` of the same clock: the master's */
  use(nonce: string, expiresAtMs: number, nowMs: number): NonceVerdict {
    if (this.#expiresAtMs.has(nonce)) return 'used';
    if (this.size >= this.#noncesMax) this.#forgetExpired(nowMs);
    if (this.size >= this.#noncesMax) return 'no room';
    this.#expiresAtMs.set(nonce, expiresAtMs);
    return 'fresh';
  }

  #forgetExpired(nowMs: number): void {
    for (const [nonce, expiresAtMs] of this.#expiresAtMs) {
      if (expiresAtMs <= nowMs) this.#expiresAtMs.delete(nonce);
    }
  }
}
