/**
 * A `ReelkeepError` on its way through gRPC.
 *
 * The status is the one that the error table names; the code itself travels in the
 * trailing metadata, so that nothing is lost where two codes share a status.
 */
import { Metadata, type ServiceError, type StatusObject, status } from '@grpc/grpc-js';
import {
  type ErrorCode,
  errorKinds,
  isErrorCode,
  ReelkeepError,
  toPlainError,
} from '../domain/errors.js';
import { rpcLimits } from './limits.js';

export const codeKey = 'reelkeep-code';

export function toStatus(error: unknown): StatusObject {
  const { code, detail } = toPlainError(error);
  const metadata = new Metadata();
  metadata.set(codeKey, code);
  // Longer headers than a peer takes would end the call without any answer.
  const details = detail.slice(0, rpcLimits.detailLengthMax).toWellFormed();
  return { code: errorKinds[code].grpcStatus, details, metadata };
}

/** @param doing what was being asked for, for a message that names no more than a broken connection */
export function fromServiceError(error: ServiceError, doing: string): ReelkeepError {
  const named = error.metadata?.get(codeKey)[0]?.toString();
  if (named !== undefined && isErrorCode(named))
    return new ReelkeepError(named, error.details, { cause: error });
  return new ReelkeepError(codeOfStatus(error.code), `${doing}: ${plainDetails(error.details)}`, {
    cause: error,
  });
}

/** Whether the master may have done what it was asked for: it did not say no, and the request may have left. */
export function isInDoubt({ code, details, metadata }: ServiceError): boolean {
  if (metadata?.get(codeKey)[0] !== undefined) return false;
  if (neverLeft.test(details)) return false;
  return code === status.UNAVAILABLE || code === status.CANCELLED || code === status.UNKNOWN;
}

/** There was no connection to send it on, so none that could be dead on the way. */
export const wasNeverSent = ({ cause }: ReelkeepError): boolean =>
  cause instanceof Error && 'details' in cause && neverLeft.test(String(cause.details));

/** How the library begins its account of a call for which it had no connection. */
const neverLeft = /^(No connection established|Name resolution failed)/;

const socketErrors: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'nobody listens there; is it running?',
  ENOTFOUND: 'there is no such host',
  EHOSTUNREACH: 'the host cannot be reached',
  ETIMEDOUT: 'the host does not answer',
  ECONNRESET: 'the connection broke',
};

/** What a person can use of the library's account of its tries. */
function plainDetails(details: string): string {
  const code = /\b(E[A-Z]{4,})\b/.exec(details)?.[1] ?? '';
  const known = socketErrors[code];
  if (known !== undefined) return known;
  return noHandshake.test(details) ? notTakenUp : details;
}

/** How the library tells of a peer that speaks TLS to one that does not, or does not believe its certificate. */
const noHandshake = /Failed to connect|SSL|certificate|not the master/;
const notTakenUp =
  'the connection was not taken up; a master with certificates asks for --credentials of its cluster, and one without takes none';

function codeOfStatus(grpcStatus: number): ErrorCode {
  switch (grpcStatus) {
    case status.UNAVAILABLE:
    case status.CANCELLED:
    case status.RESOURCE_EXHAUSTED:
      return 'unavailable';
    case status.DEADLINE_EXCEEDED:
      return 'unknown-outcome';
    case status.UNAUTHENTICATED:
    case status.PERMISSION_DENIED:
      return 'not-allowed';
    case status.INVALID_ARGUMENT:
      return 'usage';
    case status.NOT_FOUND:
      return 'not-found';
    default:
      return 'internal';
  }
}
