/**
 * A line between two processes that a test can spoil: a TCP proxy on loopback.
 *
 * Each direction has its own flow. A direction that carries nothing keeps what it was given, as a
 * cut cable does: no byte, no end and no reset gets through, and the sender learns nothing.
 */
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { onTestFinished } from 'vitest';

/** `up`: from whoever dialled to whoever was dialled. */
export type Direction = 'up' | 'down';

export interface Flow {
  /** Carried from now on, over all connections, before nothing more is; unbounded when absent. */
  readonly bytes?: number;
  readonly bytesPerSecond?: number;
}

/**
 * What becomes of somebody who dials: `answering`: is connected to the other end; `silent`: is
 * connected to nobody and hears nothing; `refusing`: is cut off at once.
 */
export type Greeting = 'answering' | 'silent' | 'refusing';

const pieceBytes = 64 * 1024;
const slicesPerSecond = 20;

export class Line {
  dialled = 0;
  greeting: Greeting = 'answering';
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  readonly #flows = { up: new Valve(), down: new Valve() };
  readonly #carried: Record<Direction, number> = { up: 0, down: 0 };
  readonly #watchers = new Set<() => void>();
  #port = 0;

  static async open(): Promise<Line> {
    const line = new Line();
    line.#server.listen(0, '127.0.0.1');
    await once(line.#server, 'listening');
    onTestFinished(() => line.#close());
    return line;
  }

  private constructor() {
    this.#server = createServer({ allowHalfOpen: true }, (near) => this.#take(near));
  }

  get address(): string {
    return `127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** The port at its other end, on loopback. */
  leadTo(port: number): void {
    this.#port = port;
  }

  set(direction: Direction, flow: Flow): void {
    this.#flows[direction].set(flow);
  }

  /** Bytes since it was opened. */
  carried(direction: Direction): number {
    return this.#carried[direction];
  }

  /** Resolves when so many bytes more have passed. */
  async carries(direction: Direction, bytes: number): Promise<void> {
    const goal = this.#carried[direction] + bytes;
    await new Promise<void>((resolve) => {
      const look = (): void => {
        if (this.#carried[direction] < goal) return;
        this.#watchers.delete(look);
        resolve();
      };
      this.#watchers.add(look);
      look();
    });
  }

  /** Nothing passes in either direction, and whoever dials hears nothing. */
  fallSilent(): void {
    this.greeting = 'silent';
    this.set('up', { bytes: 0 });
    this.set('down', { bytes: 0 });
  }

  /** Every connection is reset, and whoever dials is cut off. */
  cut(): void {
    this.greeting = 'refusing';
    for (const socket of this.#sockets) socket.resetAndDestroy();
  }

  /** What comes from now on is carried; those who were left in silence are cut off. */
  mend(): void {
    this.greeting = 'answering';
    this.set('up', {});
    this.set('down', {});
  }

  #take(near: Socket): void {
    this.dialled += 1;
    this.#keep(near);
    if (this.greeting === 'refusing') near.resetAndDestroy();
    if (this.greeting !== 'answering') return;
    const far = connect({ port: this.#port, host: '127.0.0.1', allowHalfOpen: true });
    this.#keep(far);
    void Promise.all([this.#carry(near, far, 'up'), this.#carry(far, near, 'down')]);
  }

  #keep(socket: Socket): void {
    this.#sockets.add(socket);
    socket.setNoDelay(true);
    socket.once('close', () => this.#sockets.delete(socket));
    // Told to the other side by `#carry`.
    socket.on('error', () => undefined);
  }

  async #carry(from: Socket, to: Socket, direction: Direction): Promise<void> {
    const valve = this.#flows[direction];
    const pass = async (piece: Buffer): Promise<void> => {
      for (let rest = piece; rest.length > 0; ) {
        const count = await valve.admit(rest.length);
        this.#carried[direction] += count;
        for (const look of this.#watchers) look();
        if (!to.write(rest.subarray(0, count)) && !to.destroyed) await drained(to);
        rest = rest.subarray(count);
      }
    };
    let end: 'end' | 'reset' = 'end';
    try {
      for await (const piece of from.iterator({ destroyOnReturn: false })) await pass(piece);
    } catch {
      end = 'reset';
    }
    await valve.open();
    if (end === 'reset') to.resetAndDestroy();
    else to.end();
  }

  async #close(): Promise<void> {
    this.cut();
    this.mend();
    this.#server.close();
    await once(this.#server, 'close');
  }
}

/** How much may pass, and how fast. */
class Valve {
  #bytesLeft = Number.POSITIVE_INFINITY;
  #bytesPerSecond = Number.POSITIVE_INFINITY;
  #waiting: (() => void)[] = [];

  set({ bytes, bytesPerSecond }: Flow): void {
    this.#bytesLeft = bytes ?? Number.POSITIVE_INFINITY;
    this.#bytesPerSecond = bytesPerSecond ?? Number.POSITIVE_INFINITY;
    for (const wake of this.#waiting.splice(0)) wake();
  }

  /** Resolves with how many of these bytes may pass now; at least one. */
  async admit(wanted: number): Promise<number> {
    await this.open();
    const slice = Math.max(1, Math.floor(this.#bytesPerSecond / slicesPerSecond));
    const count = Math.min(wanted, this.#bytesLeft, pieceBytes, slice);
    this.#bytesLeft -= count;
    if (this.#bytesPerSecond !== Number.POSITIVE_INFINITY)
      await new Promise((resolve) => setTimeout(resolve, (count / this.#bytesPerSecond) * 1000));
    return count;
  }

  async open(): Promise<void> {
    while (this.#bytesLeft <= 0)
      await new Promise<void>((resolve) => {
        this.#waiting.push(resolve);
      });
  }
}

function drained(socket: Socket): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      socket.off('drain', done);
      socket.off('close', done);
      resolve();
    };
    socket.once('drain', done);
    socket.once('close', done);
  });
}
