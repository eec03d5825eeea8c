/** A proxy on loopback that carries so many bytes on each connection and then breaks it, so many times. */
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { onTestFinished } from 'vitest';

export interface Breaking {
  /** Where it leads, on loopback. */
  readonly port: number;
  readonly times: number;
  /** From whoever dials, before the connection is broken. */
  readonly afterBytes: number;
}

export class BreakingProxy {
  broken = 0;
  /** From whoever dials, on all connections. */
  carriedBytes = 0;
  readonly #breaking: Breaking;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();

  static async open(breaking: Breaking): Promise<BreakingProxy> {
    const proxy = new BreakingProxy(breaking);
    proxy.#server.listen(0, '127.0.0.1');
    await once(proxy.#server, 'listening');
    onTestFinished(() => proxy.#close());
    return proxy;
  }

  private constructor(breaking: Breaking) {
    this.#breaking = breaking;
    this.#server = createServer((near) => this.#take(near));
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  #take(near: Socket): void {
    const far = connect(this.#breaking.port, '127.0.0.1');
    let carried = 0;
    near.on('data', (bytes: Buffer) => {
      carried += bytes.length;
      this.carriedBytes += bytes.length;
      if (carried > this.#breaking.afterBytes && this.broken < this.#breaking.times) {
        this.broken += 1;
        near.resetAndDestroy();
        far.resetAndDestroy();
      }
    });
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
