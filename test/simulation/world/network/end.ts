/**
 * One end of a connection, as the process that holds it sees it.
 *
 * `closed`: the operating system still answers for it, by a reset. `vanished`: its machine lost
 * power, and nobody answers until it runs again.
 */
import assert from 'node:assert/strict';
import type { Ending, SimProcess } from '../sim-process.js';
import { type Parcel, Pipe, type Wire } from './pipe.js';
import { type SocketAddress, type SocketErrorCode, socketError } from './socket-error.js';

/** All are called as events of the process that holds the end. */
export interface EndHandlers {
  onMessage(payload: unknown, bytes: number): void;
  /** The peer will send no more. */
  onFinish(): void;
  /** The connection is gone; nothing comes after that. */
  onBroken(error: NodeJS.ErrnoException): void;
  /** There is room again, after `roomBytes` was nothing and `awaitRoom` was called. */
  onRoom?(): void;
}

export interface Connection {
  readonly dialler: End;
  readonly acceptor: End;
  /** The one that was dialled. */
  readonly port: number;
}

interface EndOptions {
  readonly process: SimProcess;
  readonly local: SocketAddress;
  readonly remote: SocketAddress;
  /** Called once, when it is no longer open. */
  onGone(end: End): void;
}

export class End {
  readonly process: SimProcess;
  readonly local: SocketAddress;
  readonly remote: SocketAddress;
  readonly #wire: Wire;
  readonly #onGone: (end: End) => void;
  readonly #forgetEnding: () => void;
  #handlers: EndHandlers | undefined;
  #out: Pipe | undefined;
  #in: Pipe | undefined;
  #life: 'open' | 'closed' | 'vanished' = 'open';
  #isFinished = false;

  private constructor(wire: Wire, { process, local, remote, onGone }: EndOptions) {
    this.#wire = wire;
    this.process = process;
    this.local = local;
    this.remote = remote;
    this.#onGone = onGone;
    this.#forgetEnding = process.onEnd((ending) => this.#onEnding(ending));
  }

  static connect(
    wire: Wire,
    { dialler, acceptor, port }: { dialler: EndOptions; acceptor: EndOptions; port: number },
  ): Connection {
    const one = new End(wire, dialler);
    const other = new End(wire, acceptor);
    one.#out = other.#in = new Pipe(wire, one, other, port);
    other.#out = one.#in = new Pipe(wire, other, one, port);
    return { dialler: one, acceptor: other, port };
  }

  get life(): 'open' | 'closed' | 'vanished' {
    return this.#life;
  }

  get out(): Pipe {
    assert(this.#out !== undefined);
    return this.#out;
  }

  /** What may be sent until the receiver has read some. */
  get roomBytes(): number {
    return this.#wire.windowBytes - this.out.unreadBytes;
  }

  handle(handlers: EndHandlers): void {
    this.#handlers = handlers;
  }

  /** Takes the payload over. */
  send(payload: unknown, bytes: number): void {
    if (this.#life !== 'open' || this.#isFinished) return;
    this.out.send({ kind: 'message', payload, bytes });
  }

  awaitRoom(): void {
    this.out.awaitRoom();
  }

  /** So many bytes of what came were read. */
  taken(bytes: number): void {
    this.#in?.taken(bytes);
  }

  finish(): void {
    if (this.#life !== 'open' || this.#isFinished) return;
    this.#isFinished = true;
    this.out.send({ kind: 'finish', bytes: 0 });
  }

  /** With bytes unread the peer is told of a reset, as by every operating system. */
  close(): void {
    if (this.#life !== 'open') return;
    if ((this.#in?.unreadBytes ?? 0) > 0) this.out.breakOff();
    else this.finish();
    this.#leave('closed');
  }

  /** Breaks the connection for both. */
  reset(): void {
    if (this.#life !== 'open') return;
    this.out.breakOff();
    this.#leave('closed');
  }

  /** Breaks the connection for this side, which is told; the peer is not. */
  fail(code: SocketErrorCode): void {
    if (this.#life !== 'open') return;
    if (code === 'ECONNRESET') this.#wire.stats.reset += 1;
    this.#leave('closed');
    this.#handlers?.onBroken(socketError('read', code));
  }

  onRoom(): void {
    if (this.#life === 'open') this.#handlers?.onRoom?.();
  }

  take(parcel: Parcel): void {
    switch (parcel.kind) {
      case 'message':
        this.#handlers?.onMessage(parcel.payload, parcel.bytes);
        return;
      case 'finish':
        this.#handlers?.onFinish();
        return;
      case 'reset':
        this.fail('ECONNRESET');
    }
  }

  #onEnding(ending: Ending): void {
    if (ending !== 'power cut') {
      this.close();
      return;
    }
    this.out.vanish();
    this.#leave('vanished');
    this.#in?.onReceiverVanished();
  }

  #leave(life: 'closed' | 'vanished'): void {
    this.#life = life;
    this.#forgetEnding();
    this.out.settle();
    this.#onGone(this);
  }
}
