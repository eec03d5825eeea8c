/** Many peers at once that mean no good, in this process; all gone after the test. */
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { onTestFinished } from 'vitest';

const atATime = 250;

export class Crowd {
  readonly #sockets = new Set<Socket>();
  readonly #timers = new Set<NodeJS.Timeout>();

  constructor() {
    onTestFinished(() => this.leave());
  }

  /** Those that the other side has not closed. */
  get present(): number {
    return this.#sockets.size;
  }

  /** So many that connect and say nothing; resolves when all have been connected once. */
  async idle(port: number, count: number): Promise<void> {
    for (let done = 0; done < count; done += atATime)
      await Promise.all(
        Array.from({ length: Math.min(atATime, count - done) }, () => this.dial(port)),
      );
  }

  /** So many that say `bytes`, one a second. */
  async trickle(port: number, count: number, bytes: Buffer): Promise<void> {
    const sockets = await Promise.all(Array.from({ length: count }, () => this.dial(port)));
    let at = 0;
    const timer = setInterval(() => {
      const byte = bytes.subarray(at % bytes.length, (at % bytes.length) + 1);
      at += 1;
      for (const socket of sockets) if (!socket.destroyed) socket.write(byte);
    }, 1_000);
    this.#timers.add(timer);
  }

  /** Says this as far as it is listened to; resolves when the other side has had enough of it. */
  async shout(port: number, parts: Iterable<Buffer>): Promise<void> {
    const socket = await this.dial(port);
    const gone = closed(socket);
    for (const part of parts) {
      if (socket.destroyed) break;
      if (!socket.write(part)) await Promise.race([once(socket, 'drain').catch(() => 0), gone]);
    }
    socket.end();
    await gone;
  }

  /** Greets as TLS does; resolves when the other side has closed. */
  async hello(port: number): Promise<void> {
    const socket = this.#keep(connectTls({ port, host: '127.0.0.1', rejectUnauthorized: false }));
    await closed(socket);
  }

  async dial(port: number): Promise<Socket> {
    const socket = this.#keep(connect(port, '127.0.0.1'));
    await Promise.race([once(socket, 'connect').catch(() => 0), closed(socket)]);
    return socket;
  }

  leave(): void {
    for (const timer of this.#timers) clearInterval(timer);
    for (const socket of this.#sockets) socket.destroy();
  }

  #keep<Kind extends Socket>(socket: Kind): Kind {
    this.#sockets.add(socket);
    socket.on('error', () => socket.destroy()).once('close', () => this.#sockets.delete(socket));
    socket.resume();
    return socket;
  }
}

/** However it came to that. */
const closed = (socket: Socket): Promise<void> =>
  new Promise((resolve) => {
    if (socket.closed) resolve();
    else socket.once('close', () => resolve());
  });
