/** One gRPC call as a promise or an async iterable, always with a deadline or a signal, failing as `ReelkeepError`. */
import {
  type ClientReadableStream,
  type ClientUnaryCall,
  type CallOptions as GrpcCallOptions,
  Metadata,
  type ServiceError,
} from '@grpc/grpc-js';
import { ReelkeepError } from '../domain/errors.js';
import { rpcLimits } from './limits.js';
import { fromServiceError, isInDoubt } from './status.js';

export interface CallOptions {
  /** From now; 10 s for a unary call, none for a stream. */
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
  /** Changes something: when the answer is lost the outcome is unknown, unless the request never left. */
  readonly changes?: boolean;
}

type UnaryMethod<Request, Response> = (
  request: Request,
  metadata: Metadata,
  options: Partial<GrpcCallOptions>,
  callback: (error: ServiceError | null, response: Response) => void,
) => ClientUnaryCall;

/** @throws ReelkeepError, also when `signal` aborts. */
export function callUnary<Request, Response>(
  doing: string,
  method: UnaryMethod<Request, Response>,
  request: Request,
  { timeoutMs = rpcLimits.callTimeoutMs, signal, changes = false }: CallOptions = {},
): Promise<Response> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) {
      reject(cancelled(doing, signal));
      return;
    }
    const call = method(
      request,
      new Metadata(),
      { deadline: Date.now() + timeoutMs },
      (error, response) => {
        signal?.removeEventListener('abort', cancel);
        if (error === null) resolve(response);
        else if (changes && isInDoubt(error)) reject(unknownOutcome(doing, error));
        else reject(signal?.aborted ? cancelled(doing, signal) : fromServiceError(error, doing));
      },
    );
    const cancel = (): void => call.cancel();
    signal?.addEventListener('abort', cancel, { once: true });
  });
}

/** Leaving the loop early cancels the call. */
export async function* readStream<Response>(
  doing: string,
  open: (options: Partial<GrpcCallOptions>) => ClientReadableStream<Response>,
  { timeoutMs, signal }: CallOptions = {},
): AsyncGenerator<Response, void, undefined> {
  if (signal?.aborted) throw cancelled(doing, signal);
  const stream = open(timeoutMs === undefined ? {} : { deadline: Date.now() + timeoutMs });
  const cancel = (): void => stream.cancel();
  signal?.addEventListener('abort', cancel, { once: true });
  try {
    for await (const message of stream) yield message as Response;
  } catch (error) {
    if (signal?.aborted) throw cancelled(doing, signal);
    throw fromServiceError(error as ServiceError, doing);
  } finally {
    signal?.removeEventListener('abort', cancel);
    // A cancelled stream emits its status as an error once more.
    stream.on('error', () => undefined);
    stream.cancel();
  }
}

const unknownOutcome = (doing: string, cause: ServiceError): ReelkeepError =>
  new ReelkeepError(
    'unknown-outcome',
    `${doing}: the answer was lost, so it may or may not have happened; look before trying again`,
    { cause },
  );

const cancelled = (doing: string, signal: AbortSignal): ReelkeepError =>
  signal.reason instanceof ReelkeepError
    ? signal.reason
    : new ReelkeepError('unavailable', `${doing}: given up`, { cause: signal.reason });
