/**
 * Twin of `net.Socket`: the same stream on an end of the simulated network.
 *
 * What Node does in a turn of its own (the first read after a pause, the callbacks of a destroyed
 * socket, `close`) happens here as an event of its own, so that the order stays the one that
 * programs rely on. Bytes are cut into pieces by chance, as TCP may.
 */
import { Duplex } from 'node:stream';
import type { SimProcess } from '../sim-process.js';
import { TrapError, theWorld, thisProcess } from '../world.js';
import type { Dial } from './dial.js';
import type { End } from './end.js';
import { IdleTimer } from './idle-timer.js';
import { SendQueue } from './send-queue.js';
import type { SocketAddress } from './socket-error.js';
import { type OnRead, SocketInlet } from './socket-inlet.js';

export interface ConnectOptions {
  readonly host?: string;
  readonly port: number;
  readonly timeout?: number;
  readonly noDelay?: boolean;
  readonly keepAlive?: boolean;
  readonly allowHalfOpen?: boolean;
  readonly onread?: OnRead;
}

/** What a socket can be made of once more, as Node allows it with those that were accepted. */
export interface SocketHandle {
  readonly end: End;
  useUserBuffer(): void;
}

type Done = (error?: Error | null) => void;

const knownOptions = new Set([
  'host',
  'port',
  'timeout',
  'noDelay',
  'keepAlive',
  'allowHalfOpen',
  'onread',
]);

export class Socket extends Duplex {
  connecting = false;
  timeout = 0;
  bytesRead = 0;
  bytesWritten = 0;
  readonly #process: SimProcess;
  #dial: Dial | undefined;
  _handle: SocketHandle | null = null;
  readonly #inlet: SocketInlet;
  readonly #unsent = new SendQueue();
  #onSent: Done | undefined;
  readonly #idle: IdleTimer;

  constructor(
    options: Pick<ConnectOptions, 'onread' | 'allowHalfOpen'> & {
      readonly handle?: SocketHandle;
      readonly pauseOnCreate?: boolean;
    } = {},
  ) {
    const { allowHalfOpen = false, handle, pauseOnCreate = false } = options;
    super({ allowHalfOpen, emitClose: false, autoDestroy: true });
    this.#process = thisProcess('a socket');
    this.#inlet = new SocketInlet(this.#process, options.onread, {
      onTaken: (bytes) => this.#onTaken(bytes),
      onBytes: (bytes) => this.push(bytes),
      onEnd: () => {
        this.push(null);
        this.read(0);
      },
    });
    this.#idle = new IdleTimer(this.#process, () => this.emit('timeout'));
    if (handle === undefined) return;
    this.#inlet.open();
    this.#use(handle.end);
    if (pauseOnCreate) this.pause();
    else this.read(0);
  }

  static dial(options: ConnectOptions): Socket {
    for (const name of Object.keys(options))
      if (!knownOptions.has(name)) throw new TrapError(`net.connect has no twin for ${name}`);
    const { host = 'localhost', port, timeout = 0 } = options;
    const socket = new Socket(options);
    socket.connecting = true;
    socket.#inlet.open();
    if (timeout > 0) socket.setTimeout(timeout);
    socket.#dial = theWorld().network.dial(
      socket.#process,
      { host, port },
      {
        onConnected: (end) => socket.#onConnected(end),
        onFailed: (error) => void socket.destroy(error),
      },
    );
    return socket;
  }

  static accept(end: End, isPaused: boolean): Socket {
    return new Socket({ handle: { end, useUserBuffer: () => undefined }, pauseOnCreate: isPaused });
  }

  get #end(): End | undefined {
    return this._handle?.end;
  }

  get pending(): boolean {
    return this.#end === undefined;
  }

  get remoteAddress(): string | undefined {
    return this.#end?.remote.address;
  }

  get remotePort(): number | undefined {
    return this.#end?.remote.port;
  }

  address(): Partial<SocketAddress> & { family?: string } {
    return this.#end === undefined ? {} : { ...this.#end.local, family: 'IPv4' };
  }

  setNoDelay(): this {
    return this;
  }

  ref(): this {
    return this;
  }

  unref(): this {
    return this;
  }

  connect(): never {
    throw new TrapError('Socket.connect has no twin; net.connect has');
  }

  setTimeout(delayMs: number, onTimeout?: () => void): this {
    this.timeout = delayMs;
    this.#idle.set(delayMs);
    if (onTimeout === undefined) return this;
    if (delayMs === 0) this.off('timeout', onTimeout);
    else this.once('timeout', onTimeout);
    return this;
  }

  override pause(): this {
    if (this.#inlet.hasWindows) this.#inlet.stop();
    return super.pause();
  }

  override resume(): this {
    if (this.#inlet.hasWindows && !this.connecting) this.#inlet.start();
    return super.resume();
  }

  override _read(bytes: number): void {
    if (this.connecting) this.once('connect', () => this._read(bytes));
    else this.#inlet.start();
  }

  override _write(bytes: Uint8Array, _encoding: BufferEncoding, done: Done): void {
    this.#send([bytes], done);
  }

  override _writev(writes: readonly { chunk: Uint8Array }[], done: Done): void {
    this.#send(
      writes.map(({ chunk }) => chunk),
      done,
    );
  }

  override _final(done: Done): void {
    if (this.connecting) {
      this.once('connect', () => this._final(done));
      return;
    }
    this.#end?.finish();
    done();
  }

  override _destroy(error: Error | null, done: Done): void {
    this.connecting = false;
    this.#idle.set(0);
    this.#dial?.cancel();
    this.#end?.close();
    this.#inlet.close();
    this.#unsent.clear();
    done(error);
    theWorld().kernel.afterIn(this.#process, 0, 'net closed', () => {
      const sent = this.#onSent;
      this.#onSent = undefined;
      sent?.(null);
      this.emit('close', error !== null);
    });
  }

  #onConnected(end: End): void {
    if (this.destroyed) {
      end.close();
      return;
    }
    this.connecting = false;
    this.#use(end);
    this.#idle.touch();
    this.emit('connect');
    this.emit('ready');
    if (!this.isPaused()) this.read(0);
  }

  #use(end: End): void {
    this._handle = { end, useUserBuffer: () => undefined };
    end.handle({
      onMessage: (payload) => this.#inlet.arrive(payload as Uint8Array),
      onFinish: () => this.#inlet.finish(),
      onBroken: (error) => void this.destroy(error),
      onRoom: () => this.#transmit(),
    });
  }

  #onTaken(bytes: number): void {
    this.#idle.touch();
    this.bytesRead += bytes;
    this.#end?.taken(bytes);
  }

  #send(parts: Uint8Array[], done: Done): void {
    if (this.connecting) {
      const onConnect = (): void => {
        this.off('close', onClose);
        this.#send(parts, done);
      };
      const onClose = (): void => {
        this.off('connect', onConnect);
        done(new Error('Socket closed before the connection was established'));
      };
      this.once('connect', onConnect);
      this.once('close', onClose);
      return;
    }
    this.#unsent.add(parts);
    this.#onSent = done;
    this.#transmit();
  }

  #transmit(): void {
    const end = this.#end;
    if (end === undefined || this.#onSent === undefined || this.destroyed) return;
    const { chance } = theWorld().network;
    while (this.#unsent.bytes > 0) {
      const roomBytes = end.roomBytes;
      if (roomBytes <= 0) {
        end.awaitRoom();
        return;
      }
      const segment = this.#unsent.take(roomBytes, chance);
      this.bytesWritten += segment.length;
      this.#idle.touch();
      end.send(segment, segment.length);
    }
    const sent = this.#onSent;
    this.#onSent = undefined;
    sent();
  }
}
