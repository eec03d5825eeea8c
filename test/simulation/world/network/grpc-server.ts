/** Twin of gRPC's `Server`. */
import { nextTick } from 'node:process';
import { TrapError, theWorld, thisProcess } from '../world.js';
import type { End } from './end.js';
import type { CallFrame } from './grpc-frames.js';
import type { Handler } from './grpc-handlers.js';
import {
  type ChannelOptions,
  type HandleCall,
  type ServiceDefinition,
  status,
  type UntypedServiceImplementation,
} from './grpc-real.js';
import { ServerCall } from './grpc-server-call.js';
import { ServerSession, type SessionOwner, startCall } from './grpc-session.js';
import type { Listener } from './network.js';

export class Server implements SessionOwner {
  readonly options: Partial<ChannelOptions>;
  readonly #process = thisProcess('a gRPC server');
  readonly #handlers = new Map<string, Handler>();
  readonly #sessions = new Set<ServerSession>();
  #listener: Listener | undefined;
  #forgetReplays: (() => void) | undefined;
  #onAllGone: (() => void)[] = [];
  #isShutDown = false;

  constructor(options: Partial<ChannelOptions> = {}) {
    this.options = options;
  }

  addService(service: ServiceDefinition, implementation: UntypedServiceImplementation): void {
    for (const [name, attributes] of Object.entries(service)) {
      const { path, requestStream, responseStream } = attributes;
      if (this.#handlers.has(path)) throw new Error(`Method handler for ${path} already provided.`);
      const given = implementation[name] ?? implementation[attributes.originalName ?? name];
      this.#handlers.set(path, {
        path,
        isRequestStream: requestStream,
        isResponseStream: responseStream,
        serialize: attributes.responseSerialize,
        deserialize: attributes.requestDeserialize,
        func: given?.bind(implementation) ?? unimplemented(name, responseStream),
      });
    }
  }

  bindAsync(
    address: string,
    _credentials: unknown,
    onBound: (error: Error | null, port: number) => void,
  ): void {
    const match = /^([^[\]]*):(\d+)$/.exec(address);
    if (match?.[1] === undefined) throw new TrapError(`an address like ${address} has no twin`);
    const where = { host: match[1], port: Number(match[2]) };
    nextTick(() => {
      let port: number;
      try {
        port = this.#listen(where);
      } catch (error) {
        const reason = error instanceof Error ? error.message : String(error);
        onBound(new Error(`No address added out of total 1 resolved errors: [${reason}]`), 0);
        return;
      }
      onBound(null, port);
    });
  }

  start(): void {}

  /** Takes nothing new; calls back when the last call has ended. */
  tryShutdown(onDown: (error?: Error) => void): void {
    this.#stopListening();
    this.#onAllGone.push(onDown);
    for (const session of [...this.#sessions]) session.leave();
    this.#tellWhenAllGone();
  }

  forceShutdown(): void {
    this.#stopListening();
    for (const session of [...this.#sessions]) session.cut();
  }

  handlerOf(path: string): Handler | undefined {
    return this.#handlers.get(path);
  }

  onWholeCall(path: string, request: Buffer): void {
    theWorld().network.replays.record(this.#replayAddress, path, request);
  }

  onGone(session: ServerSession): void {
    this.#sessions.delete(session);
    if (this.#onAllGone.length > 0) this.#tellWhenAllGone();
  }

  get #replayAddress(): string {
    return `${this.#process.machine.address}:${this.#listener?.port}`;
  }

  #listen(where: { host: string; port: number }): number {
    if (this.#isShutDown) throw new Error('server has been shut down');
    const { network } = theWorld();
    this.#listener = network.listen(this.#process, where, (end) => this.#onAccept(end));
    this.#forgetReplays = network.replays.add(this.#replayAddress, {
      process: this.#process,
      replay: (path, request) => this.#replay(path, request),
    });
    this.#process.onEnd(() => this.#forgetReplays?.());
    return this.#listener.port;
  }

  #onAccept(end: End): void {
    this.#sessions.add(new ServerSession(end, this));
  }

  #replay(path: string, message: Buffer): void {
    const handler = this.#handlers.get(path);
    if (handler === undefined || this.#isShutDown) return;
    const frame: CallFrame = {
      kind: 'call',
      id: 0,
      path,
      headers: undefined,
      timeoutMs: undefined,
      message,
      isWhole: true,
    };
    const nowhere = { send: () => undefined, onOver: () => undefined };
    const limits = { peer: 'a replay', sendBytesMax: -1, receiveBytesMax: -1 };
    startCall(new ServerCall(frame, handler, { ...limits, ...nowhere }), handler, frame);
  }

  #stopListening(): void {
    this.#isShutDown = true;
    this.#listener?.close();
    this.#forgetReplays?.();
  }

  #tellWhenAllGone(): void {
    if (this.#sessions.size > 0) return;
    const told = this.#onAllGone;
    this.#onAllGone = [];
    nextTick(() => {
      for (const onDown of told) onDown();
    });
  }
}

function unimplemented(name: string, isResponseStream: boolean): HandleCall<unknown, unknown> {
  const details = `The server does not implement the method ${name}`;
  const error = Object.assign(new Error(details), { code: status.UNIMPLEMENTED, details });
  const answer = (
    stream: { emit(event: 'error', error: Error): void },
    respond?: (error: Error) => void,
  ): void => {
    if (isResponseStream) stream.emit('error', error);
    else respond?.(error);
  };
  return answer as HandleCall<unknown, unknown>;
}
