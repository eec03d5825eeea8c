/** Handlers as plain functions of a request, turned into what gRPC wants; every failure becomes a status. */
import type {
  handleServerStreamingCall,
  handleUnaryCall,
  ServerReadableStream,
  ServerUnaryCall,
  ServerWritableStream,
} from '@grpc/grpc-js';
import { ReelkeepError } from '../domain/errors.js';
import type { Principal } from '../domain/principal.js';
import type { WhoCalls } from './behind-door.js';
import { drained } from './drained.js';
import { toStatus } from './status.js';

/** @param who calls, by the certificate of the connection; nobody in particular where there is none */
export type UnaryHandler<Request, Response> = (
  request: Request,
  who?: Principal | undefined,
) => Promise<Response>;

/** @param signal aborted when the caller went away */
export type StreamHandler<Request, Response> = (
  request: Request,
  signal: AbortSignal,
  who?: Principal | undefined,
) => AsyncIterable<Response>;

export type PagesHandler<Request, Response> = (pages: AsyncIterable<Request>) => Promise<Response>;

const nobody: WhoCalls = () => undefined;

export function unary<Request, Response>(
  handler: UnaryHandler<Request, Response>,
  caller: WhoCalls = nobody,
): handleUnaryCall<Request, Response> {
  return (call: ServerUnaryCall<Request, Response>, callback) => {
    handler(call.request, caller(call)).then(
      (response) => callback(null, response),
      (error: unknown) => callback(toStatus(error)),
    );
  };
}

export function serverStream<Request, Response>(
  handler: StreamHandler<Request, Response>,
  caller: WhoCalls = nobody,
): handleServerStreamingCall<Request, Response> {
  return (call: ServerWritableStream<Request, Response>) => {
    const gone = new AbortController();
    call.on('cancelled', () => gone.abort());
    const messages = handler(call.request, gone.signal, caller(call));
    writeAll(call, messages, gone.signal).then(
      () => call.end(),
      (error: unknown) => {
        if (!gone.signal.aborted) call.emit('error', toStatus(error));
      },
    );
  };
}

export function clientPages<Request, Response>(handler: PagesHandler<Request, Response>) {
  return (
    call: ServerReadableStream<Request, Response>,
    callback: (error: ReturnType<typeof toStatus> | null, response?: Response) => void,
  ): void => {
    // A stream whose caller is gone neither ends nor fails by itself.
    call.on('cancelled', () =>
      call.destroy(new ReelkeepError('unavailable', 'the caller went away')),
    );
    handler(call as AsyncIterable<Request>).then(
      (response) => callback(null, response),
      (error: unknown) => callback(toStatus(error)),
    );
  };
}

async function writeAll<Request, Response>(
  call: ServerWritableStream<Request, Response>,
  messages: AsyncIterable<Response>,
  gone: AbortSignal,
): Promise<void> {
  for await (const message of messages) {
    if (gone.aborted) return;
    if (!call.write(message)) await drained(call, gone);
  }
}
