/**
 * The network of a run: machines by address, their ports, and the connections between them.
 *
 * No code of one process ever runs during an event of another: whatever reaches a process is an
 * event of its own. A machine is up from the first process that it is told of until a power cut;
 * a port without a listener on a machine that is up refuses, all else is silence.
 */
import type { Chance } from '../chance.js';
import type { Kernel } from '../kernel.js';
import type { SimProcess } from '../sim-process.js';
import { Dial, type DialHandlers } from './dial.js';
import type { Connection, End } from './end.js';
import { GrpcReplays } from './grpc-replays.js';
import { type Link, LinkFaults } from './link-faults.js';
import type { NetworkStats, Wire } from './pipe.js';
import { socketError } from './socket-error.js';

export interface NetworkOptions {
  readonly kernel: Kernel;
  readonly chance: Chance;
  /** Of a message on a sound link: from, and to. */
  readonly latencyMs?: readonly [number, number];
  readonly bytesPerMs?: number;
  /** Sent to a receiver that has not read them. */
  readonly windowBytes?: number;
}

export interface Listener {
  readonly process: SimProcess;
  readonly address: string;
  readonly port: number;
  /** Called as an event of the process, with an end that has no handlers yet. */
  readonly onAccept: (end: End) => void;
  readonly isOpen: boolean;
  close(): void;
}

const firstFreePort = 32_768;
const freePorts = 28_000;
const anyHosts = new Set(['0.0.0.0', '::', '']);
const ownHosts = new Set(['127.0.0.1', 'localhost', '::1']);

export class Network implements Wire {
  readonly kernel: Kernel;
  readonly chance: Chance;
  readonly faults = new LinkFaults(() => this.#onHealed());
  readonly replays: GrpcReplays;
  readonly bytesPerMs: number;
  readonly windowBytes: number;
  readonly stats: NetworkStats = {
    opened: 0,
    refused: 0,
    reset: 0,
    timedOut: 0,
    messages: 0,
    bytes: 0,
    held: 0,
    lost: 0,
    replayed: 0,
  };
  readonly #latencyMs: readonly [number, number];
  readonly #up = new Set<string>();
  readonly #attached = new WeakSet<SimProcess>();
  readonly #listeners = new Map<string, Listener>();
  readonly #connections = new Set<Connection>();
  #lastFreePort = 0;

  constructor({ kernel, chance, latencyMs, bytesPerMs, windowBytes }: NetworkOptions) {
    this.kernel = kernel;
    this.chance = chance;
    this.#latencyMs = latencyMs ?? [0.05, 2];
    this.bytesPerMs = bytesPerMs ?? 100_000;
    this.windowBytes = windowBytes ?? 256 * 1024;
    this.replays = new GrpcReplays(this);
  }

  /** A process has started: its machine is up. Whoever listens or dials is attached by that. */
  attach(process: SimProcess): void {
    if (this.#attached.has(process) || process.life === 'ended') return;
    this.#attached.add(process);
    const { address } = process.machine;
    process.onEnd((ending) => {
      if (ending === 'power cut') this.#up.delete(address);
    });
    if (this.#up.has(address)) return;
    this.#up.add(address);
    this.#onHealed();
  }

  isUp(address: string): boolean {
    return this.#up.has(address);
  }

  latencyMs(): number {
    return this.chance.spread(...this.#latencyMs);
  }

  /** @throws EADDRINUSE, EADDRNOTAVAIL */
  listen(
    process: SimProcess,
    { host, port }: { host: string; port: number },
    onAccept: (end: End) => void,
  ): Listener {
    this.attach(process);
    const { address } = process.machine;
    const isHere = anyHosts.has(host) || ownHosts.has(host) || host === address;
    if (!isHere) throw socketError('listen', 'EADDRNOTAVAIL', { address: host, port });
    const taken = port === 0 ? this.freePort(address) : port;
    const key = `${address}:${taken}`;
    if (this.#listeners.has(key))
      throw socketError('listen', 'EADDRINUSE', { address: host, port });
    const listener = {
      process,
      address: host === '' ? '0.0.0.0' : host,
      port: taken,
      onAccept,
      isOpen: true,
      close: (): void => {
        if (!listener.isOpen) return;
        listener.isOpen = false;
        forgetEnding();
        this.#listeners.delete(key);
      },
    };
    const forgetEnding = process.onEnd(() => listener.close());
    this.#listeners.set(key, listener);
    return listener;
  }

  /** Exactly one of the handlers is called, as an event of the process, unless it is cancelled. */
  dial(
    process: SimProcess,
    { host, port }: { host: string; port: number },
    handlers: DialHandlers,
  ): Dial {
    this.attach(process);
    const own = process.machine.address;
    const address = ownHosts.has(host) || anyHosts.has(host) ? own : host;
    return new Dial(this, process, { address, port }, handlers);
  }

  /** Who would answer there now. */
  listenerAt(address: string, port: number): Listener | undefined {
    return this.#listeners.get(`${address}:${port}`);
  }

  freePort(address: string): number {
    for (;;) {
      this.#lastFreePort = (this.#lastFreePort + 1) % freePorts;
      const port = firstFreePort + this.#lastFreePort;
      if (!this.#listeners.has(`${address}:${port}`)) return port;
    }
  }

  keep(connection: Connection): void {
    this.stats.opened += 1;
    this.#connections.add(connection);
  }

  /** Forgets connections of which both ends are gone. */
  forget(connection: Connection): void {
    const { dialler, acceptor } = connection;
    if (dialler.life !== 'open' && acceptor.life !== 'open') this.#connections.delete(connection);
  }

  /** Open ends: of one process, or of all. */
  openConnections(process?: SimProcess): number {
    let open = 0;
    for (const { dialler, acceptor } of this.#connections)
      for (const end of [dialler, acceptor])
        if (end.life === 'open' && (process === undefined || end.process === process)) open += 1;
    return open;
  }

  /** Breaks all connections that use the link; both sides hear of it. Answers how many there were. */
  reset(link: Link): number {
    const ends = this.#sendersOn(link);
    for (const end of ends) {
      this.kernel.afterIn(end.process, this.latencyMs(), 'net reset', () => end.fail('ECONNRESET'));
      end.out.breakOff();
    }
    return ends.length;
  }

  /** Connections that use the link now never carry anything in its direction again; healing does not help them. */
  halfOpen(link: Link): number {
    const ends = this.#sendersOn(link);
    for (const end of ends) end.out.stall();
    return ends.length;
  }

  healAll(): void {
    this.faults.healAll();
  }

  #sendersOn({ from, to, port }: Link): readonly End[] {
    return [...this.#connections]
      .filter((connection) => port === undefined || connection.port === port)
      .flatMap(({ dialler, acceptor }) => [dialler, acceptor])
      .filter((end) => end.life === 'open')
      .filter(({ local, remote }) => local.address === from && remote.address === to);
  }

  #onHealed(): void {
    for (const { dialler, acceptor } of [...this.#connections]) {
      dialler.out.onHealed();
      acceptor.out.onHealed();
    }
  }
}
