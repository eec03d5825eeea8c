/**
 * Whether a ticket that the master signed permits this request, on this keeper, now.
 *
 * Nothing is read or written for a request before every claim has been judged.
 */
import type { ErrorCode } from '../domain/errors.js';
import type { KeeperId } from '../domain/ids.js';
import { bearerOf, type Principal } from '../domain/principal.js';
import type { TicketClaims } from '../domain/ticket.js';
import type { RequestHead } from './request-head.js';

/** The keeper's side of the comparison. */
export interface KeeperStanding {
  readonly keeper: KeeperId;
  readonly incarnation: number;
  /** The highest that this keeper has seen. */
  readonly epoch: number;
  /** The master's monotonic clock. */
  readonly masterNowMs: number;
  /** Who asks, by its certificate; undefined in plain text, where nobody is known. */
  readonly peer: Principal | undefined;
}

export type TicketVerdict =
  | { readonly ok: true }
  | { readonly ok: false; readonly code: ErrorCode; readonly reason: string };

export function judgeTicket(
  claims: TicketClaims,
  head: RequestHead,
  here: KeeperStanding,
): TicketVerdict {
  if (claims.operation !== (head.operation === 'put' ? 'put' : 'get')) {
    return refuse('not-allowed', `the ticket permits ${claims.operation}, not ${head.operation}`);
  }
  if (claims.fileId !== head.fileId) {
    return refuse('not-allowed', 'the ticket is for another file');
  }
  if (head.operation === 'put' && claims.uploadId !== head.uploadId) {
    return refuse('not-allowed', 'the ticket is for another upload');
  }
  if (here.peer !== undefined && claims.bearer !== bearerOf(here.peer)) {
    return refuse('not-allowed', 'the ticket was given to somebody else');
  }
  return judgePlaceAndTime(claims, here);
}

function judgePlaceAndTime(claims: TicketClaims, here: KeeperStanding): TicketVerdict {
  if (claims.keeper !== here.keeper) {
    return refuse(
      'not-allowed',
      `the ticket is for keeper ${claims.keeper}, this is ${here.keeper}`,
    );
  }
  if (claims.incarnation !== here.incarnation) {
    return refuse(
      'stale',
      `the ticket is for start ${claims.incarnation} of this keeper, this is ${here.incarnation}`,
    );
  }
  if (claims.epoch < here.epoch) {
    return refuse(
      'stale',
      `the ticket is of epoch ${claims.epoch}, this keeper has seen ${here.epoch}`,
    );
  }
  if (here.masterNowMs >= claims.expiresAtMs) {
    return refuse('not-allowed', 'the ticket has expired');
  }
  return { ok: true };
}

const refuse = (code: ErrorCode, reason: string): TicketVerdict => ({ ok: false, code, reason });
