/**
 * Every way in which Reelkeep says no, and the one table from a code to its gRPC status, exit code and
 * HTTP status.
 *
 * Failures are values in pure code and events in machines; they become a `ReelkeepError` at an edge.
 */

/** gRPC and HTTP status numbers as in their specifications; written here because the domain imports nothing. */
interface ErrorKind {
  readonly grpcStatus: number;
  readonly exitCode: number;
  readonly httpStatus: number;
  readonly means: string;
}

export const errorKinds = {
  internal: {
    grpcStatus: 13,
    exitCode: 1,
    httpStatus: 500,
    means: 'a defect, or anything without a code of its own',
  },
  usage: {
    grpcStatus: 3,
    exitCode: 2,
    httpStatus: 400,
    means: 'the command or the request is not well formed',
  },
  'not-found': {
    grpcStatus: 5,
    exitCode: 3,
    httpStatus: 404,
    means: 'there is no such file, keeper or upload',
  },
  'not-allowed': {
    grpcStatus: 7,
    exitCode: 4,
    httpStatus: 403,
    means: 'the caller may not do this',
  },
  unavailable: {
    grpcStatus: 14,
    exitCode: 5,
    httpStatus: 503,
    means: 'it may work when tried again',
  },
  'unknown-outcome': {
    grpcStatus: 4,
    exitCode: 5,
    httpStatus: 504,
    means: 'it may or may not have happened; ask before trying again',
  },
  conflict: {
    grpcStatus: 6,
    exitCode: 6,
    httpStatus: 409,
    means: 'the name exists or is being written',
  },
  integrity: {
    grpcStatus: 15,
    exitCode: 7,
    httpStatus: 502,
    means: 'bytes do not match their digest',
  },
  partial: { grpcStatus: 2, exitCode: 8, httpStatus: 500, means: 'some of several files failed' },
  'no-space': {
    grpcStatus: 8,
    exitCode: 9,
    httpStatus: 507,
    means: 'the cluster or a disk has no room',
  },
  'refused-input': {
    grpcStatus: 9,
    exitCode: 10,
    httpStatus: 422,
    means: 'not an mp4, a bad name, or too large',
  },
  stale: {
    grpcStatus: 10,
    exitCode: 5,
    httpStatus: 503,
    means: 'an older epoch, incarnation or report',
  },
} as const satisfies Record<string, ErrorKind>;

export type ErrorCode = keyof typeof errorKinds;

/** The form in which an error crosses threads, wires and logs. */
export interface PlainError {
  readonly code: ErrorCode;
  readonly detail: string;
}

export class ReelkeepError extends Error {
  override readonly name = 'ReelkeepError';
  readonly code: ErrorCode;
  readonly detail: string;

  /** @param detail one sentence for people: what was wrong and what to do. */
  constructor(code: ErrorCode, detail: string, options?: { cause?: unknown }) {
    super(detail, options);
    this.code = code;
    this.detail = detail;
  }
}

export const isErrorCode = (text: string): text is ErrorCode => Object.hasOwn(errorKinds, text);

export const httpStatusOf = (code: ErrorCode): number => errorKinds[code].httpStatus;

export const exitCodeOf = (code: ErrorCode): number => errorKinds[code].exitCode;

export function toPlainError(error: unknown): PlainError {
  if (error instanceof ReelkeepError) return { code: error.code, detail: error.detail };
  return { code: 'internal', detail: error instanceof Error ? error.message : String(error) };
}

export const fromPlainError = ({ code, detail }: PlainError): ReelkeepError =>
  new ReelkeepError(code, detail);
