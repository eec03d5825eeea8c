/** The one door to a keeper's transfers: nothing is done for a request that has not passed it. */
import { type ChunkRange, chunkCount } from '../domain/chunk-plan.js';
import { ReelkeepError } from '../domain/errors.js';
import type { Principal } from '../domain/principal.js';
import type { TicketClaims } from '../domain/ticket.js';
import type { KeeperAuthority } from './handlers.js';
import { NonceLedger, type TermNow } from './nonce-ledger.js';
import type { RequestHead } from './request-head.js';
import { judgeTicket } from './ticket-check.js';
import { type ProvenRequest, verifyRequest } from './ticket-proof.js';

export interface TicketedRequest extends ProvenRequest {
  /** The decoded form of `head`. */
  readonly wanted: RequestHead;
  readonly proof: Uint8Array;
  /** By its certificate; undefined in plain text. */
  readonly peer: Principal | undefined;
}

export class TicketGate {
  readonly #authority: KeeperAuthority;
  readonly #nonces: NonceLedger;

  constructor(authority: KeeperAuthority, noncesMax: number) {
    this.#authority = authority;
    this.#nonces = new NonceLedger(noncesMax);
  }

  /** @throws ReelkeepError why this request is not served */
  admit({ wanted, proof, peer, ...proven }: TicketedRequest): TicketClaims {
    const authority = this.#authority;
    const claims = verifyRequest(wanted.claims, proof, proven, (id) => authority.keyOf(id));
    const now = { epoch: authority.highestEpoch(), masterNowMs: authority.masterNowMs() };
    const { keeper, incarnation } = authority;
    const verdict = judgeTicket(claims, wanted, { keeper, incarnation, peer, ...now });
    if (!verdict.ok) throw new ReelkeepError(verdict.code, verdict.reason);
    if (wanted.operation === 'get') requireRange(claims.size, wanted.range);
    if (wanted.operation === 'put') this.#spend(claims, now);
    return claims;
  }

  #spend(claims: TicketClaims, now: TermNow): void {
    switch (this.#nonces.use(claims, now)) {
      case 'fresh':
        return;
      case 'used':
        throw new ReelkeepError('not-allowed', 'the ticket has served already');
      case 'no room':
        throw new ReelkeepError('unavailable', 'the keeper remembers too many tickets; try again');
    }
  }
}

function requireRange(size: number, { first, count }: ChunkRange): void {
  const end = first + count;
  const chunks = chunkCount(size);
  if (end > chunks) {
    throw new ReelkeepError('usage', `the range ends at chunk ${end} of a file of ${chunks}`);
  }
}
