/**
 * A call as the real client surface of gRPC drives it: everything below `Client` and its streams.
 *
 * As there: a message is pushed in a tick of its own and only when asked for; an OK waits until
 * every message was read, any other status ends the call at once; the status comes a tick later.
 */
import { nextTick } from 'node:process';
import { clearTimeout, type SimTimeout, setTimeout, Date as WallClock } from '../clock.js';
import { TrapError } from '../world.js';
import { type CallFrame, fromHeaders, type ServerFrame, toHeaders } from './grpc-frames.js';
import { type CallInterface, Metadata, type StatusObject, status } from './grpc-real.js';
import type { ClientTransport } from './grpc-transport.js';
import { ReceiveCredit, SendCredit } from './stream-credit.js';

type Listener = Parameters<CallInterface['start']>[1];
type MessageContext = Parameters<CallInterface['sendMessageWithContext']>[0];

/** Who finds a connection for a call. */
export interface CallOwner {
  readonly target: string;
  readonly sendBytesMax: number;
  readonly receiveBytesMax: number;
  /** Opens the call on a connection, now or later, or ends it. */
  place(call: ClientCall): void;
  forget(call: ClientCall): void;
}

const timeoutMsMax = 2 ** 31 - 1;

export class ClientCall implements CallInterface {
  readonly #owner: CallOwner;
  readonly #path: string;
  readonly #deadlineMs: number;
  readonly #startedMs: number;
  readonly #deadlineTimer: SimTimeout | undefined;
  #metadata = new Metadata();
  #listener: Listener | undefined;
  #transport: ClientTransport | undefined;
  #id = 0;
  #opening: CallFrame | undefined;
  #opened: CallFrame | undefined;
  #waiting: { readonly message: Buffer; readonly onWritten: () => void } | undefined;
  #isHalfClosed = false;
  readonly #sent = new SendCredit();
  readonly #received = new ReceiveCredit((bytes) =>
    this.#transport?.send({ kind: 'credit', id: this.#id, bytes }),
  );
  #unread: Buffer[] = [];
  #isReadWanted = false;
  #isPushing = false;
  #hasMetadata = false;
  /** From the server, not told yet. */
  #final: StatusObject | undefined;
  #isEnded = false;

  constructor(owner: CallOwner, path: string, deadline: Date | number) {
    this.#owner = owner;
    this.#path = path;
    this.#startedMs = WallClock.now();
    this.#deadlineMs = Number(deadline);
    const timeoutMs = Math.max(0, this.#deadlineMs - this.#startedMs);
    if (timeoutMs > timeoutMsMax) return;
    if (timeoutMs === 0) nextTick(() => this.#onDeadline());
    else this.#deadlineTimer = setTimeout(() => this.#onDeadline(), timeoutMs);
  }

  get isEnded(): boolean {
    return this.#isEnded;
  }

  start(metadata: Metadata, listener: Listener): void {
    if (metadata.getOptions().waitForReady) throw new TrapError('waitForReady has no twin');
    this.#metadata = metadata;
    this.#listener = listener;
    if (!this.#isEnded) this.#owner.place(this);
  }

  /** What is said in the same turn goes with the first frame. */
  open(transport: ClientTransport, id: number): void {
    this.#transport = transport;
    this.#id = id;
    const timeoutMs =
      this.#deadlineMs - this.#startedMs > timeoutMsMax
        ? undefined
        : Math.max(0, Math.ceil(this.#deadlineMs - WallClock.now()));
    const headers = toHeaders(this.#metadata);
    const frame: CallFrame = {
      kind: 'call',
      id,
      path: this.#path,
      headers,
      timeoutMs,
      message: this.#waiting?.message,
      isWhole: this.#isHalfClosed,
    };
    this.#opening = frame;
    this.#opened = frame;
    if (this.#waiting !== undefined)
      this.#sent.spend(this.#waiting.message.length, this.#waiting.onWritten);
    this.#waiting = undefined;
    nextTick(() => {
      this.#opening = undefined;
      transport.send(frame);
    });
  }

  sendMessageWithContext(context: MessageContext, message: Buffer): void {
    if (this.#isEnded) return;
    const { sendBytesMax } = this.#owner;
    if (sendBytesMax >= 0 && message.length > sendBytesMax) {
      const details = `Attempted to send message with a size larger than ${sendBytesMax}`;
      this.cancelWithStatus(status.RESOURCE_EXHAUSTED, details);
      return;
    }
    const onWritten = (): void => context.callback?.();
    if (this.#transport === undefined) {
      this.#waiting = { message, onWritten };
      return;
    }
    if (this.#opening !== undefined && this.#opening.message === undefined)
      this.#opening.message = message;
    else this.#say({ kind: 'message', id: this.#id, bytes: message });
    this.#sent.spend(message.length, onWritten);
  }

  halfClose(): void {
    if (this.#isEnded || this.#isHalfClosed) return;
    this.#isHalfClosed = true;
    if (this.#opening !== undefined) this.#opening.isWhole = true;
    else if (this.#transport !== undefined) this.#say({ kind: 'half close', id: this.#id });
  }

  startRead(): void {
    this.#isReadWanted = true;
    this.#pushNext();
  }

  cancelWithStatus(code: status, details: string): void {
    if (this.#isEnded) return;
    if (this.#final === undefined) this.#say({ kind: 'cancel', id: this.#id });
    this.#end({ code, details, metadata: new Metadata() });
  }

  /** From the transport. */
  hear(frame: Extract<ServerFrame, { id: number }>): void {
    if (this.#isEnded) return;
    switch (frame.kind) {
      case 'message':
        this.#hearMessage(frame.bytes);
        return;
      case 'credit':
        this.#sent.refill(frame.bytes);
        return;
      case 'refused':
        this.#onRefused();
        return;
      case 'status': {
        if (frame.message !== undefined) this.#hearMessage(frame.message);
        if (this.#isEnded) return;
        const metadata = fromHeaders(frame.headers);
        this.#final = { code: frame.code, details: decodeURI(frame.details), metadata };
        this.#maybeEnd();
      }
    }
  }

  /** The connection is gone, or there is none. */
  fail(details: string): void {
    if (this.#isEnded || this.#final?.code === status.OK) return;
    this.#end({ code: status.UNAVAILABLE, details, metadata: new Metadata() });
  }

  getPeer(): string {
    return this.#transport?.peer ?? this.#owner.target;
  }

  getCallNumber(): number {
    return this.#id;
  }

  setCredentials(): void {
    throw new TrapError('credentials of a call have no twin');
  }

  getAuthContext(): null {
    return null;
  }

  /** Nobody has seen it: when it is at hand whole, it is made once more. */
  #onRefused(): void {
    const opened = this.#opened;
    this.#transport?.forget(this.#id);
    this.#transport = undefined;
    if (opened?.message === undefined || !opened.isWhole) {
      this.fail('Stream refused by server');
      return;
    }
    this.#waiting = { message: opened.message, onWritten: () => undefined };
    this.#owner.place(this);
  }

  #hearMessage(bytes: Buffer): void {
    const { receiveBytesMax } = this.#owner;
    if (receiveBytesMax >= 0 && bytes.length > receiveBytesMax) {
      const details = `Received message larger than max (${bytes.length} vs ${receiveBytesMax})`;
      this.cancelWithStatus(status.RESOURCE_EXHAUSTED, details);
      return;
    }
    if (!this.#hasMetadata) {
      this.#hasMetadata = true;
      this.#listener?.onReceiveMetadata(new Metadata());
    }
    this.#unread.push(bytes);
    this.#pushNext();
  }

  #pushNext(): void {
    if (!this.#isReadWanted || this.#isPushing || this.#isEnded) return;
    const bytes = this.#unread.shift();
    if (bytes === undefined) return;
    this.#isReadWanted = false;
    this.#isPushing = true;
    this.#received.read(bytes.length);
    nextTick(() => {
      this.#isPushing = false;
      if (this.#isEnded) return;
      this.#listener?.onReceiveMessage(bytes);
      this.#pushNext();
      this.#maybeEnd();
    });
  }

  #maybeEnd(): void {
    if (this.#final === undefined) return;
    const isDrained = this.#unread.length === 0 && !this.#isPushing;
    if (this.#final.code !== status.OK || isDrained) this.#end(this.#final);
  }

  #end(final: StatusObject): void {
    if (this.#isEnded) return;
    this.#isEnded = true;
    this.#unread = [];
    clearTimeout(this.#deadlineTimer);
    this.#owner.forget(this);
    this.#transport?.forget(this.#id);
    nextTick(() => this.#listener?.onReceiveStatus(final));
  }

  /** A call that is cancelled before its first frame left was never made. */
  #say(frame: Parameters<ClientTransport['send']>[0]): void {
    const transport = this.#transport;
    if (transport === undefined) return;
    if (this.#opening === undefined) transport.send(frame);
    else nextTick(() => transport.send(frame));
  }

  #onDeadline(): void {
    const seconds = ((WallClock.now() - this.#startedMs) / 1000).toFixed(3);
    const waiting =
      this.#transport === undefined ? 'Waiting for LB pick' : `remote_addr=${this.getPeer()}`;
    this.cancelWithStatus(
      status.DEADLINE_EXCEEDED,
      `Deadline exceeded after ${seconds}s,${waiting}`,
    );
  }
}
