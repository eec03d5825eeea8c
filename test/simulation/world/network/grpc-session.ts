/** A connection as a gRPC server holds it, with the calls on it. */
import type { End } from './end.js';
import { type CallFrame, type ClientFrame, type ServerFrame, sendFrame } from './grpc-frames.js';
import { type Handler, handleCall } from './grpc-handlers.js';
import { type ChannelOptions, status } from './grpc-real.js';
import { ServerCall } from './grpc-server-call.js';
import { Keepalive, keepaliveTimes } from './keepalive.js';

export interface SessionOwner {
  readonly options: Partial<ChannelOptions>;
  handlerOf(path: string): Handler | undefined;
  /** A call that was made whole by its first frame. */
  onWholeCall(path: string, request: Buffer): void;
  onGone(session: ServerSession): void;
}

const messageBytesMax = 4 * 1024 * 1024;

export class ServerSession {
  readonly #owner: SessionOwner;
  readonly #end: End;
  readonly #calls = new Map<number, ServerCall>();
  readonly #keepalive: Keepalive;
  #life: 'open' | 'leaving' | 'gone' = 'open';

  constructor(end: End, owner: SessionOwner) {
    this.#owner = owner;
    this.#end = end;
    this.#keepalive = new Keepalive({
      ...keepaliveTimes(owner.options),
      isWanted: () => this.#life !== 'gone',
      ping: () => this.#send({ kind: 'ping' }),
      giveUp: () => this.cut(),
    });
    end.handle({
      onMessage: (frame, bytes) => {
        end.taken(bytes);
        this.#hear(frame as ClientFrame);
      },
      onFinish: () => this.cut(),
      onBroken: () => this.cut(),
    });
    this.#send({ kind: 'settings' });
    this.#keepalive.start();
  }

  /** Takes no new calls, and ends with the last one. */
  leave(): void {
    if (this.#life !== 'open') return;
    this.#life = 'leaving';
    this.#send({ kind: 'go away' });
    this.#closeWhenIdle();
  }

  cut(): void {
    if (this.#life === 'gone') return;
    this.#life = 'gone';
    this.#keepalive.stop();
    this.#end.close();
    for (const call of [...this.#calls.values()]) call.cancel();
    this.#owner.onGone(this);
  }

  #hear(frame: ClientFrame): void {
    if (this.#life === 'gone') return;
    switch (frame.kind) {
      case 'call':
        this.#take(frame);
        return;
      case 'message':
        this.#calls.get(frame.id)?.hearMessage(frame.bytes);
        return;
      case 'half close':
        this.#calls.get(frame.id)?.hearHalfClose();
        return;
      case 'cancel':
        this.#calls.get(frame.id)?.cancel();
        return;
      case 'credit':
        this.#calls.get(frame.id)?.refill(frame.bytes);
        return;
      case 'ping':
        this.#send({ kind: 'pong' });
        return;
      case 'pong':
        this.#keepalive.onPong();
    }
  }

  #take(frame: CallFrame): void {
    const { id, path, message, isWhole } = frame;
    if (this.#life !== 'open') {
      this.#send({ kind: 'refused', id });
      return;
    }
    const handler = this.#owner.handlerOf(path);
    if (handler === undefined) {
      const details = encodeURI(`The server does not implement the method ${path}`);
      const code = status.UNIMPLEMENTED;
      this.#send({ kind: 'status', id, code, details, headers: undefined, message: undefined });
      return;
    }
    if (message !== undefined && isWhole) this.#owner.onWholeCall(path, message);
    const { options } = this.#owner;
    const call = new ServerCall(frame, handler, {
      peer: `${this.#end.remote.address}:${this.#end.remote.port}`,
      sendBytesMax: options['grpc.max_send_message_length'] ?? -1,
      receiveBytesMax: options['grpc.max_receive_message_length'] ?? messageBytesMax,
      send: (answer) => this.#send(answer),
      onOver: () => {
        this.#calls.delete(id);
        if (this.#life === 'leaving') this.#closeWhenIdle();
      },
    });
    this.#calls.set(id, call);
    startCall(call, handler, frame);
  }

  #send(frame: ServerFrame): void {
    if (this.#life !== 'gone') sendFrame(this.#end, frame);
  }

  #closeWhenIdle(): void {
    if (this.#calls.size === 0) this.cut();
  }
}

/** Lets the handler have what came with the first frame. */
export function startCall(call: ServerCall, handler: Handler, frame: CallFrame): void {
  handleCall(call, handler);
  if (frame.message !== undefined) call.hearMessage(frame.message);
  if (frame.isWhole) call.hearHalfClose();
}
