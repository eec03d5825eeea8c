/** A proxy on loopback that remembers what whoever dials it says. */
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { onTestFinished } from 'vitest';

export class Tap {
  /** By connection, whatever was sent on it so far. */
  readonly #heard: Buffer[][] = [];
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  #port = 0;

  static async open(): Promise<Tap> {
    const tap = new Tap();
    tap.#server.listen(0, '127.0.0.1');
    await once(tap.#server, 'listening');
    onTestFinished(() => tap.#close());
    return tap;
  }

  private constructor() {
    this.#server = createServer((near) => this.#take(near));
  }

  get address(): string {
    return `127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** What was sent on each connection that carried something. */
  get recordings(): readonly Buffer[] {
    return this.#heard.map((parts) => Buffer.concat(parts)).filter(({ length }) => length > 0);
  }

  /** The port at its other end, on loopback. */
  leadTo(port: number): void {
    this.#port = port;
  }

  #take(near: Socket): void {
    const far = connect(this.#port, '127.0.0.1');
    const heard: Buffer[] = [];
    this.#heard.push(heard);
    near.on('data', (bytes: Buffer) => heard.push(bytes));
    for (const [socket, other] of [
      [near, far],
      [far, near],
    ] as const) {
      this.#sockets.add(socket);
      socket.on('error', () => other.destroy()).on('close', () => other.destroy());
      socket.pipe(other);
    }
  }

  async #close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    this.#server.close();
    await once(this.#server, 'close');
  }
}
