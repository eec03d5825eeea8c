/** The one door to a keeper's transfers: nothing is done for a request that has not passed it. */
import { chunkCount } from '../domain/chunk-plan.js';
import { ReelkeepError } from '../domain/errors.js';
import type { TicketClaims } from '../domain/ticket.js';
import type { RequestFrame } from './frames.js';
import type { KeeperAuthority } from './handlers.js';
import { NonceLedger } from './nonce-ledger.js';
import { decodeRequestHead, type RequestHead } from './request-head.js';
import { judgeTicket } from './ticket-check.js';
import { verifyRequest } from './ticket-proof.js';

export interface AdmittedRequest {
  readonly head: RequestHead;
  readonly claims: TicketClaims;
}

export class TicketGate {
  readonly #authority: KeeperAuthority;
  readonly #nonces: NonceLedger;

  constructor(authority: KeeperAuthority, noncesMax: number) {
    this.#authority = authority;
    this.#nonces = new NonceLedger(noncesMax);
  }

  /** @throws ReelkeepError why this request is not served */
  admit(frame: RequestFrame, challenge: Uint8Array, requestNumber: number): AdmittedRequest {
    const authority = this.#authority;
    const head = decodeRequestHead(frame.head);
    const proven = { challenge, requestNumber, head: frame.head };
    const claims = verifyRequest(head.claims, frame.proof, proven, (id) => authority.keyOf(id));
    const masterNowMs = authority.masterNowMs();
    const verdict = judgeTicket(claims, head, {
      keeper: authority.keeper,
      incarnation: authority.incarnation,
      epoch: authority.highestEpoch(),
      masterNowMs,
    });
    if (!verdict.ok) throw new ReelkeepError(verdict.code, verdict.reason);
    if (head.operation === 'get') requireRange(claims.size, head.range.first + head.range.count);
    if (head.operation === 'put') this.#spend(claims, masterNowMs);
    return { head, claims };
  }

  #spend({ nonce, expiresAtMs }: TicketClaims, masterNowMs: number): void {
    switch (this.#nonces.use(nonce, expiresAtMs, masterNowMs)) {
      case 'fresh':
        return;
      case 'used':
        throw new ReelkeepError('not-allowed', 'the ticket has served already');
      case 'no room':
        throw new ReelkeepError('unavailable', 'the keeper remembers too many tickets; try again');
    }
  }
}

function requireRange(size: number, end: number): void {
  const chunks = chunkCount(size);
  if (end > chunks) {
    throw new ReelkeepError('usage', `the range ends at chunk ${end} of a file of ${chunks}`);
  }
}
