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

const codeKey = 'reelkeep-code';

export function toStatus(error: unknown): StatusObject {
  const { code, detail } = toPlainError(error);
  const metadata = new Metadata();
  metadata.set(codeKey, code);
  return { code: errorKinds[code].grpcStatus, details: detail, metadata };
}

/** @param doing what was being asked for, for a message that names no more than a broken connection */
export function fromServiceError(error: ServiceError, doing: string): ReelkeepError {
  const named = error.metadata?.get(codeKey)[0]?.toString();
  if (named !== undefined && isErrorCode(named))
    return new ReelkeepError(named, error.details, { cause: error });
  return new ReelkeepError(codeOfStatus(error.code), `${doing}: ${error.details}`, {
    cause: error,
  });
}

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
