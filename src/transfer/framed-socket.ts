/**
 * One TCP connection that carries frames; the only place that hears the socket's events.
 *
 * The first failure is kept: everything that waits, and everything asked for
 * later, is rejected with it, and `signal` is aborted with it as the reason.
 */
import type net from 'node:net';
import { type ErrorCode, ReelkeepError } from '../domain/errors.js';
import type { Expectation } from './frame-decoder.js';
import { FrameInlet, type Patience } from './frame-inlet.js';
import type { Frame } from './frames.js';
import type { TransferLimits } from './limits.js';
import type { ByteInlet, Reads } from './socket-reads.js';

export interface FramedSocketOptions {
  readonly limits: TransferLimits;
  /** Bytes of the greeting that the peer says first. */
  readonly greetingBytes: number;
  /** What it is called when the peer does not keep to the protocol. */
  readonly violationCode: ErrorCode;
  /** By TLS. */
  readonly isEncrypted: boolean;
}

export class FramedSocket {
  readonly #limits: TransferLimits;
  readonly #inlet: FrameInlet;
  readonly #reads: Reads;
  readonly #socket: net.Socket;
  /** Of one write. */
  readonly #sliceBytes: number;
  readonly #gone = new AbortController();
  readonly #closed: Promise<void>;
  /** `address:port` of the other side, as far as it is known. */
  readonly peer: string;
  #failure: ReelkeepError | undefined;
  #queuedBytes = 0;

  /** @param open makes the socket, whose bytes go into the inlet */
  constructor(open: (inlet: ByteInlet) => Reads, options: FramedSocketOptions) {
    this.#limits = options.limits;
    this.#inlet = new FrameInlet({ ...options, onHopeless: (error) => this.destroy(error) });
    this.#reads = open(this.#inlet);
    this.#socket = this.#reads.socket;
    this.#sliceBytes = options.isEncrypted ? encryptedSliceBytes : Number.POSITIVE_INFINITY;
    if (options.isEncrypted) writeOneAtATime(this.#socket);
    const { remoteAddress = 'unknown', remotePort = 0 } = this.#socket;
    this.peer = `${remoteAddress}:${remotePort}`;
    this.#closed = new Promise((resolve) => this.#socket.once('close', resolve));
    this.#socket.setTimeout(this.#limits.idleTimeoutMs);
    this.#socket.on('timeout', () => this.#onQuiet());
    this.#socket.on('error', (error) => this.destroy(brokenBy(error)));
    this.#reads.onEnd(() => this.destroy(unavailable('the peer closed the connection')));
    this.#socket.on('close', () => this.destroy(unavailable('the connection is closed')));
  }

  /** Aborted with the failure as its reason, as soon as there is one. */
  get signal(): AbortSignal {
    return this.#gone.signal;
  }

  get failure(): ReelkeepError | undefined {
    return this.#failure;
  }

  /** Resolves when the descriptor is closed. */
  get closed(): Promise<void> {
    return this.#closed;
  }

  receiveGreeting(): Promise<Buffer> {
    const greeting = this.#inlet.greeting({ kind: 'within', ms: this.#limits.handshakeTimeoutMs });
    this.#reads.resume();
    return greeting;
  }

  /** The next frame, which must be one of `expected`. */
  receive<Expected extends Expectation>(
    expected: Expected,
    patience: Patience,
  ): Promise<Extract<Frame, { type: Expected['accept'][number] }>> {
    const frame = this.#inlet.receive(expected, patience);
    this.#reads.resume();
    return frame;
  }

  /** Reads though no frame is due, to learn at once that the peer has gone. */
  watch(): void {
    this.#reads.resume();
  }

  /** Reads no more before the next `receive`: an answer may come before there is memory for it. */
  unwatch(): void {
    this.#reads.pause();
  }

  /**
   * Sends the parts as one; resolves when they have left this process, and
   * settles only when their memory may be used again.
   */
  send(...parts: readonly Uint8Array[]): Promise<void> {
    if (this.#failure !== undefined) return Promise.reject(this.#failure);
    const bytes = parts.reduce((sum, part) => sum + part.length, 0);
    this.#queuedBytes += bytes;
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => this.#onUnread(), this.#writeWithinMs());
      const onWritten = (error?: Error | null) => {
        clearTimeout(timer);
        this.#queuedBytes -= bytes;
        if (error && this.#failure === undefined) this.destroy(brokenBy(error));
        if (this.#failure === undefined) resolve();
        else reject(this.#failure);
      };
      const slices = parts.flatMap((part) => slicesOf(part, this.#sliceBytes));
      this.#socket.cork();
      for (const [at, slice] of slices.entries()) {
        if (at === slices.length - 1) this.#socket.write(slice, onWritten);
        else this.#socket.write(slice);
      }
      this.#socket.uncork();
    });
  }

  /** Ends the connection now; when this returns no buffer is read into any more. */
  destroy(reason: ReelkeepError): void {
    if (this.#failure !== undefined) return;
    this.#failure = reason;
    this.#socket.destroy();
    this.#inlet.fail(reason);
    this.#gone.abort(reason);
  }

  /**
   * Ends the connection so that the peer can still read what was sent last:
   * closing with bytes unread would reset it. What the peer goes on to send is dropped.
   */
  async hangUp(): Promise<void> {
    this.#inlet.discard();
    this.#socket.end();
    this.#reads.resume();
    const lingering = setTimeout(
      () => this.destroy(unavailable('the peer did not leave')),
      this.#limits.lingerMs,
    );
    await this.#closed;
    clearTimeout(lingering);
  }

  #writeWithinMs(): number {
    const { idleTimeoutMs, bytesPerSecondMin } = this.#limits;
    return idleTimeoutMs + Math.ceil((this.#queuedBytes / bytesPerSecondMin) * 1000);
  }

  /** No byte went either way for a while; that is wrong only while this side has bytes to send. */
  #onQuiet(): void {
    if (this.#queuedBytes > 0) this.#onUnread();
  }

  #onUnread(): void {
    this.destroy(unavailable('the peer does not read what it asked for'));
  }
}

/** What a TLS socket is given it encrypts at once and holds until the peer has read it. */
const encryptedSliceBytes = 256 * 1024;

/** Else what waits would be copied into one piece, and encrypted whole. */
const writeOneAtATime = (socket: net.Socket): unknown => Object.assign(socket, { _writev: null });

function slicesOf(part: Uint8Array, bytes: number): readonly Uint8Array[] {
  if (part.length <= bytes) return [part];
  const slices: Uint8Array[] = [];
  for (let from = 0; from < part.length; from += bytes)
    slices.push(part.subarray(from, from + bytes));
  return slices;
}

export const unavailable = (detail: string, cause?: unknown): ReelkeepError =>
  new ReelkeepError('unavailable', detail, { cause });

const brokenBy = (error: Error & { code?: string }): ReelkeepError =>
  unavailable(`the connection broke: ${error.code ?? error.message}`, error);
