/** Twin of `net.Server`. */
import { EventEmitter } from 'node:events';
import { nextTick } from 'node:process';
import { TrapError, theWorld, thisProcess } from '../world.js';
import type { End } from './end.js';
import { Socket } from './net-socket.js';
import type { Listener } from './network.js';

export interface ServerOptions {
  readonly pauseOnConnect?: boolean;
  readonly noDelay?: boolean;
}

export interface ListenOptions {
  readonly host?: string;
  readonly port?: number;
  readonly backlog?: number;
}

const knownOptions = new Set(['pauseOnConnect', 'noDelay', 'host', 'port', 'backlog']);

export class Server extends EventEmitter {
  readonly #process = thisProcess('a server');
  readonly #isPaused: boolean;
  readonly #open = new Set<Socket>();
  #listener: Listener | undefined;
  #isClosing = false;

  constructor(options: ServerOptions, onConnection?: (socket: Socket) => void) {
    super();
    refuseUnknown(options);
    this.#isPaused = options.pauseOnConnect ?? false;
    if (onConnection !== undefined) this.on('connection', onConnection);
  }

  get listening(): boolean {
    return this.#listener?.isOpen ?? false;
  }

  listen(options: ListenOptions, onListening?: () => void): this {
    refuseUnknown(options);
    if (onListening !== undefined) this.once('listening', onListening);
    const { host = '0.0.0.0', port = 0 } = options;
    nextTick(() => {
      try {
        this.#listener = theWorld().network.listen(this.#process, { host, port }, (end) =>
          this.#onAccept(end),
        );
      } catch (error) {
        this.emit('error', error);
        return;
      }
      this.emit('listening');
    });
    return this;
  }

  address(): { address: string; family: string; port: number } | null {
    if (this.#listener === undefined || !this.listening) return null;
    const { address, port } = this.#listener;
    return { address, family: 'IPv4', port };
  }

  /** `close` comes when the last connection is closed, too. */
  close(onClosed?: (error?: Error) => void): this {
    if (onClosed !== undefined) {
      if (this.listening) this.once('close', () => onClosed());
      else this.once('close', () => onClosed(new Error('Server is not running.')));
    }
    this.#listener?.close();
    this.#isClosing = true;
    this.#closeWhenEmpty();
    return this;
  }

  ref(): this {
    return this;
  }

  unref(): this {
    return this;
  }

  #onAccept(end: End): void {
    const socket = Socket.accept(end, this.#isPaused);
    this.#open.add(socket);
    socket.once('close', () => {
      this.#open.delete(socket);
      if (this.#isClosing) this.#closeWhenEmpty();
    });
    this.emit('connection', socket);
  }

  #closeWhenEmpty(): void {
    if (this.#open.size > 0) return;
    nextTick(() => this.emit('close'));
  }
}

function refuseUnknown(options: object): void {
  for (const name of Object.keys(options))
    if (!knownOptions.has(name)) throw new TrapError(`net.createServer has no twin for ${name}`);
}
