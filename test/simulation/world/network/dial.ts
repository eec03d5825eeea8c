/** An attempt to connect: tried again while nobody answers, as TCP does, for about two minutes. */
import type { KernelEvent } from '../kernel.js';
import type { SimProcess } from '../sim-process.js';
import { type Connection, End } from './end.js';
import type { Network } from './network.js';
import { type SocketAddress, socketError } from './socket-error.js';

export interface DialHandlers {
  /** The end has no handlers yet. */
  onConnected(end: End): void;
  onFailed(error: NodeJS.ErrnoException): void;
}

const firstRetryMs = 1_000;
const triesMax = 7;

export class Dial {
  readonly #network: Network;
  readonly #process: SimProcess;
  readonly #target: SocketAddress;
  readonly #handlers: DialHandlers;
  #tries = 0;
  #next: KernelEvent | undefined;
  #end: End | undefined;
  #isCancelled = false;

  constructor(
    network: Network,
    process: SimProcess,
    target: SocketAddress,
    handlers: DialHandlers,
  ) {
    this.#network = network;
    this.#process = process;
    this.#target = target;
    this.#handlers = handlers;
    this.#knock();
  }

  cancel(): void {
    this.#isCancelled = true;
    if (this.#next !== undefined) this.#next.isDue = false;
    this.#end?.close();
  }

  get #isWanted(): boolean {
    return !this.#isCancelled && this.#process.life === 'running';
  }

  #knock(): void {
    const { kernel } = this.#network;
    if (!this.#isWanted) return;
    if (this.#isSilent()) {
      this.#knockLater();
      return;
    }
    const delayMs = this.#wayMs(this.#process.machine.address, this.#target.address);
    this.#next = kernel.after(delayMs, 'net knock', () => this.#onKnocked());
  }

  #knockLater(): void {
    const { kernel } = this.#network;
    const delayMs = firstRetryMs * 2 ** this.#tries;
    this.#tries += 1;
    if (this.#tries >= triesMax) {
      this.#next = kernel.after(delayMs, 'net knock', () => this.#fail('ETIMEDOUT', 0));
    } else {
      this.#next = kernel.after(delayMs, 'net knock', () => this.#knock());
    }
  }

  #isSilent(): boolean {
    const { faults } = this.#network;
    const { address, port } = this.#target;
    const own = this.#process.machine.address;
    return (
      !this.#network.isUp(address) ||
      faults.of(own, address, port).isCut ||
      faults.of(address, own, port).isCut
    );
  }

  #wayMs(from: string, to: string): number {
    const { delayMs, slowness, loss } = this.#network.faults.of(from, to, this.#target.port);
    const againMs = this.#network.chance.isHit(loss) ? firstRetryMs : 0;
    return this.#network.latencyMs() * slowness + delayMs + againMs;
  }

  /** Happens in the world: only what was asked for in a process may happen in it. */
  #onKnocked(): void {
    if (!this.#isWanted) return;
    if (this.#isSilent()) {
      this.#knockLater();
      return;
    }
    const { address, port } = this.#target;
    const own = this.#process.machine.address;
    const backMs = this.#wayMs(address, own);
    const listener = this.#network.listenerAt(address, port);
    if (listener === undefined) {
      this.#network.stats.refused += 1;
      this.#fail('ECONNREFUSED', backMs);
      return;
    }
    const { kernel } = this.#network;
    const connection = this.#connect(listener.process);
    const { dialler, acceptor } = connection;
    this.#end = dialler;
    kernel.afterIn(this.#process, backMs, 'net connected', () => {
      if (dialler.life === 'open') this.#handlers.onConnected(dialler);
    });
    const acceptMs = backMs + this.#wayMs(own, address);
    dialler.out.notBefore(kernel.nowMs + acceptMs);
    kernel.afterIn(listener.process, acceptMs, 'net accept', () => {
      if (acceptor.life !== 'open') return;
      if (listener.isOpen) listener.onAccept(acceptor);
      else acceptor.reset();
    });
  }

  #connect(accepting: SimProcess): Connection {
    const own = this.#process.machine.address;
    const local = { address: own, port: this.#network.freePort(own) };
    const remote = this.#target;
    const onGone = (): void => this.#network.forget(connection);
    const connection = End.connect(this.#network, {
      dialler: { process: this.#process, local, remote, onGone },
      acceptor: { process: accepting, local: remote, remote: local, onGone },
      port: remote.port,
    });
    this.#network.keep(connection);
    return connection;
  }

  #fail(code: 'ECONNREFUSED' | 'ETIMEDOUT', delayMs: number): void {
    if (!this.#isWanted) return;
    const error = socketError('connect', code, this.#target);
    this.#next = this.#network.kernel.afterIn(this.#process, delayMs, 'net failed', () =>
      this.#handlers.onFailed(error),
    );
  }
}
