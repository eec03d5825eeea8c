/**
 * A call as the real server surface of gRPC drives it.
 *
 * As there, `cancelled` comes after the status was sent, too: it means that nothing more can be
 * sent, not that somebody cancelled. Of a call that is over, writes are never called back.
 */
import { nextTick } from 'node:process';
import { clearTimeout, type SimTimeout, setTimeout, Date as WallClock } from '../clock.js';
import { TrapError } from '../world.js';
import { type CallFrame, fromHeaders, type ServerFrame, toHeaders } from './grpc-frames.js';
import type { Handler } from './grpc-handlers.js';
import {
  type Metadata,
  type PartialStatusObject,
  type ServerInterceptingCallInterface,
  status,
} from './grpc-real.js';
import { ReceiveCredit, SendCredit } from './stream-credit.js';

type Listener = Parameters<ServerInterceptingCallInterface['start']>[0];

export interface ServerCallOptions {
  readonly peer: string;
  readonly sendBytesMax: number;
  readonly receiveBytesMax: number;
  send(frame: ServerFrame): void;
  /** Nothing that the client says of it matters any more. */
  onOver(): void;
}

const halfClose = Symbol('half close');

export class ServerCall implements ServerInterceptingCallInterface {
  readonly #options: ServerCallOptions;
  readonly #id: number;
  readonly #handler: Handler;
  readonly #metadata: Metadata;
  readonly #deadlineMs: number;
  readonly #deadlineTimer: SimTimeout | undefined;
  readonly #sent = new SendCredit();
  readonly #received: ReceiveCredit;
  readonly #unread: unknown[] = [];
  #listener: Listener | undefined;
  #isReadWanted = false;
  /** The only answer of a call that has only one: it goes with the status. */
  #answer: Buffer | undefined;
  #isOver = false;

  constructor(frame: CallFrame, handler: Handler, options: ServerCallOptions) {
    this.#options = options;
    this.#id = frame.id;
    this.#handler = handler;
    this.#metadata = fromHeaders(frame.headers);
    this.#received = new ReceiveCredit((bytes) =>
      options.send({ kind: 'credit', id: frame.id, bytes }),
    );
    const { timeoutMs } = frame;
    this.#deadlineMs = Number.POSITIVE_INFINITY;
    if (timeoutMs === undefined) return;
    this.#deadlineMs = WallClock.now() + timeoutMs;
    this.#deadlineTimer = setTimeout(() => {
      const code = status.DEADLINE_EXCEEDED;
      this.sendStatus({ code, details: 'Deadline exceeded', metadata: null });
    }, timeoutMs);
  }

  start(listener: Listener): void {
    if (this.#isOver) return;
    this.#listener = listener;
    listener.onReceiveMetadata(this.#metadata);
  }

  hearMessage(bytes: Buffer): void {
    if (this.#isOver) return;
    const { receiveBytesMax } = this.#options;
    if (receiveBytesMax >= 0 && bytes.length > receiveBytesMax) {
      const details = `Received message larger than max (${bytes.length} vs ${receiveBytesMax})`;
      this.sendStatus({ code: status.RESOURCE_EXHAUSTED, details });
      return;
    }
    let message: unknown;
    try {
      message = this.#handler.deserialize(bytes);
    } catch {
      this.sendStatus({ code: status.INTERNAL, details: 'Error deserializing request' });
      return;
    }
    this.#unread.push({ message, bytes: bytes.length });
    this.#pushNext();
  }

  hearHalfClose(): void {
    this.#unread.push(halfClose);
    this.#pushNext();
  }

  refill(bytes: number): void {
    this.#sent.refill(bytes);
  }

  /** The client cancelled it, or is gone. */
  cancel(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    clearTimeout(this.#deadlineTimer);
    this.#options.onOver();
    nextTick(() => this.#listener?.onCancel());
  }

  sendMetadata(): void {}

  sendMessage(message: unknown, onWritten: () => void): void {
    if (this.#isOver) return;
    let bytes: Buffer;
    try {
      bytes = this.#handler.serialize(message);
    } catch {
      this.sendStatus({ code: status.INTERNAL, details: 'Error serializing response' });
      return;
    }
    const { sendBytesMax } = this.#options;
    if (sendBytesMax >= 0 && bytes.length > sendBytesMax) {
      const details = `Sent message larger than max (${bytes.length} vs. ${sendBytesMax})`;
      this.sendStatus({ code: status.RESOURCE_EXHAUSTED, details });
      return;
    }
    if (!this.#handler.isResponseStream) {
      this.#answer = bytes;
      onWritten();
      return;
    }
    this.#options.send({ kind: 'message', id: this.#id, bytes });
    this.#sent.spend(bytes.length, onWritten);
  }

  sendStatus({ code, details, metadata }: PartialStatusObject): void {
    if (this.#isOver) return;
    const message = code === status.OK ? this.#answer : undefined;
    this.#options.send({
      kind: 'status',
      id: this.#id,
      code,
      // Throws for lone surrogates, as there.
      details: encodeURI(details),
      headers: toHeaders(metadata),
      message,
    });
    this.cancel();
  }

  startRead(): void {
    if (this.#isOver) return;
    this.#isReadWanted = true;
    this.#pushNext();
  }

  getPeer(): string {
    return this.#options.peer;
  }

  getDeadline(): number {
    return this.#deadlineMs;
  }

  getHost(): never {
    throw new TrapError('getHost has no twin');
  }

  /** As of a connection in plain text: no simulated process has a certificate. */
  getAuthContext(): object {
    return {};
  }

  getConnectionInfo(): never {
    throw new TrapError('getConnectionInfo has no twin');
  }

  getMetricsRecorder(): never {
    throw new TrapError('getMetricsRecorder has no twin');
  }

  #pushNext(): void {
    if (!this.#isReadWanted || this.#listener === undefined || this.#isOver) return;
    if (this.#unread.length === 0) return;
    this.#isReadWanted = false;
    const next = this.#unread.shift();
    if (next === halfClose) {
      this.#listener.onReceiveHalfClose();
      return;
    }
    const { message, bytes } = next as { message: unknown; bytes: number };
    this.#received.read(bytes);
    this.#listener.onReceiveMessage(message);
  }
}
