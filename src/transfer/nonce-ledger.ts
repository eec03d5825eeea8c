/**
 * Which PUT tickets have served already.
 *
 * A nonce is remembered until its ticket has expired or is of a term that is over, after
 * which the ticket is refused for that; so forgetting it then lets nothing through. When
 * there is no room for another one, the answer is no.
 */
export type NonceVerdict = 'fresh' | 'used' | 'no room';

/** What of a ticket bears on how long it must be remembered. */
export interface TicketLife {
  readonly nonce: string;
  /** Of the clock of the master whose term it is; the next master's clock begins anew. */
  readonly expiresAtMs: number;
  readonly epoch: number;
}

/** The present, as the keeper knows it of the master. */
export interface TermNow {
  readonly epoch: number;
  readonly masterNowMs: number;
}

export class NonceLedger {
  readonly #noncesMax: number;
  readonly #used = new Map<string, TicketLife>();

  constructor(noncesMax: number) {
    this.#noncesMax = noncesMax;
  }

  get size(): number {
    return this.#used.size;
  }

  use(ticket: TicketLife, now: TermNow): NonceVerdict {
    if (this.#used.has(ticket.nonce)) return 'used';
    if (this.size >= this.#noncesMax) this.#forgetVoid(now);
    if (this.size >= this.#noncesMax) return 'no room';
    const { nonce, expiresAtMs, epoch } = ticket;
    this.#used.set(nonce, { nonce, expiresAtMs, epoch });
    return 'fresh';
  }

  #forgetVoid({ epoch, masterNowMs }: TermNow): void {
    for (const [nonce, ticket] of this.#used)
      if (ticket.epoch < epoch || ticket.expiresAtMs <= masterNowMs) this.#used.delete(nonce);
  }
}
