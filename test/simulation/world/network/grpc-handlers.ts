/** How a handler of each of the four kinds is called, as the real server does it. */

import { theWorld, thisProcess } from '../world.js';
import {
  type HandleCall,
  Metadata,
  ServerDuplexStreamImpl,
  type ServerErrorResponse,
  type ServerInterceptingCallInterface,
  type ServerStatusResponse,
  ServerWritableStreamImpl,
  serverErrorToStatus,
  status,
} from './grpc-real.js';

export interface Handler {
  readonly path: string;
  readonly isRequestStream: boolean;
  readonly isResponseStream: boolean;
  readonly serialize: (value: unknown) => Buffer;
  readonly deserialize: (bytes: Buffer) => unknown;
  readonly func: HandleCall<unknown, unknown>;
}

type Func = (stream: unknown, respond?: Respond) => void;
type Respond = (
  error: ServerErrorResponse | ServerStatusResponse | null,
  value?: unknown,
  trailer?: Metadata,
) => void;

export function handleCall(call: ServerInterceptingCallInterface, handler: Handler): void {
  if (handler.isRequestStream) handleRequestStream(call, handler);
  else handleRequest(call, handler);
}

function handleRequest(call: ServerInterceptingCallInterface, handler: Handler): void {
  let stream: ServerWritableStreamImpl<unknown, unknown> | undefined;
  let metadata = new Metadata();
  let request: unknown;
  call.start({
    onReceiveMetadata(received) {
      metadata = received;
      call.startRead();
    },
    onReceiveMessage(message: unknown) {
      request = message;
      call.startRead();
    },
    onReceiveHalfClose() {
      if (request === undefined) {
        const details = `Received no request message for ${handler.path}`;
        call.sendStatus({ code: status.UNIMPLEMENTED, details, metadata: null });
        return;
      }
      stream = new ServerWritableStreamImpl(handler.path, call, metadata, request);
      observe(handler, call, 'in', request);
      run(call, handler, stream);
    },
    onCancel() {
      if (stream === undefined) return;
      stream.cancelled = true;
      stream.emit('cancelled', 'cancelled');
      if (handler.isResponseStream) stream.destroy();
    },
  });
}

function handleRequestStream(call: ServerInterceptingCallInterface, handler: Handler): void {
  let stream: ServerDuplexStreamImpl<unknown, unknown> | undefined;
  call.start({
    onReceiveMetadata(metadata) {
      stream = new ServerDuplexStreamImpl(handler.path, call, metadata);
      run(call, handler, stream);
    },
    onReceiveMessage(message: unknown) {
      stream?.push(message);
    },
    onReceiveHalfClose() {
      stream?.push(null);
    },
    onCancel() {
      if (stream === undefined) return;
      stream.cancelled = true;
      stream.emit('cancelled', 'cancelled');
      stream.destroy();
    },
  });
}

function run(call: ServerInterceptingCallInterface, handler: Handler, stream: unknown): void {
  const respond: Respond = (error, value, trailer) => {
    observe(handler, call, 'out', error ? undefined : value);
    if (error) {
      call.sendStatus(serverErrorToStatus(error, trailer));
      return;
    }
    call.sendMessage(value, () => {
      call.sendStatus({ code: status.OK, details: 'OK', metadata: trailer ?? null });
    });
  };
  try {
    if (handler.isResponseStream) (handler.func as Func)(stream);
    else (handler.func as Func)(stream, respond);
  } catch {
    call.sendStatus({ code: status.UNKNOWN, details: 'Unknown error', metadata: null });
  }
}

function observe(
  { path, isRequestStream }: Handler,
  call: object,
  direction: 'in' | 'out',
  message: unknown,
): void {
  if (isRequestStream) return;
  const process = thisProcess('a gRPC call');
  theWorld().observeCall?.({ process, call, path, direction, message });
}
