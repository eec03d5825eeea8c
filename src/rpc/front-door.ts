/**
 * Bounds who is connected to the control port, which gRPC does not.
 *
 *   accepted ──a call is let in──> known ──> gone
 *      └──no call in time, or its place is taken by the next who comes──> cut
 *
 * A connection that would be one too many of its certificate stays a stranger.
 * The door sees the sockets of its port as Node accepts them, and closes those that are too many;
 * everything else about them is gRPC's.
 */
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { Socket } from 'node:net';

export interface FrontDoorLimits {
  readonly connectionsMax: number;
  /** Of one certificate. */
  readonly connectionsPerPeerMax: number;
  /** A connection on which no call was let in by then is cut. */
  readonly strangerMs: number;
}

interface Guest {
  readonly socket: Socket;
  readonly timer: NodeJS.Timeout;
  isKnown: boolean;
  /** By its certificate, once a call was let in. */
  who: string | undefined;
}

const channel = 'net.server.socket';

export class FrontDoor {
  readonly #limits: FrontDoorLimits;
  /** By `address:port` of the other side, in the order in which they came. */
  readonly #guests = new Map<string, Guest>();
  readonly #onSocket = (message: unknown): void => {
    const { socket } = message as { readonly socket: Socket };
    if (socket.localPort === this.#port) this.#accept(socket);
  };
  #port = 0;

  constructor(limits: FrontDoorLimits) {
    this.#limits = limits;
  }

  get connections(): number {
    return this.#guests.size;
  }

  /** From now on, what comes to this port of this process. */
  watch(port: number): void {
    this.#port = port;
    subscribe(channel, this.#onSocket);
  }

  close(): void {
    unsubscribe(channel, this.#onSocket);
    for (const { timer } of this.#guests.values()) clearTimeout(timer);
    this.#guests.clear();
  }

  /**
   * Somebody calls who may.
   *
   * @param peer as gRPC names it, `address:port`
   * @param who by their certificate; asked for at the first call of a connection
   * @returns `too many`: of one certificate, and the call is not to be carried out
   */
  know(peer: string, who: () => string | undefined): 'known' | 'too many' {
    const guest = this.#guests.get(peer);
    if (guest === undefined || guest.isKnown) return 'known';
    const name = who();
    if (name !== undefined && this.#countOf(name) >= this.#limits.connectionsPerPeerMax)
      return 'too many';
    clearTimeout(guest.timer);
    guest.isKnown = true;
    guest.who = name;
    return 'known';
  }

  #countOf(name: string): number {
    let count = 0;
    for (const { isKnown, who } of this.#guests.values()) if (isKnown && who === name) count += 1;
    return count;
  }

  #accept(socket: Socket): void {
    const isGone = socket.remoteAddress === undefined;
    if (isGone || (this.#guests.size >= this.#limits.connectionsMax && !this.#makeRoom())) {
      socket.destroy();
      return;
    }
    const peer = `${socket.remoteAddress}:${socket.remotePort}`;
    const timer = setTimeout(() => socket.destroy(), this.#limits.strangerMs).unref();
    const guest: Guest = { socket, timer, isKnown: false, who: undefined };
    this.#guests.set(peer, guest);
    socket.once('close', () => {
      clearTimeout(timer);
      if (this.#guests.get(peer) === guest) this.#guests.delete(peer);
    });
  }

  /** Whoever comes last may be the one who has business here: the oldest stranger goes. */
  #makeRoom(): boolean {
    for (const [peer, { socket, timer, isKnown }] of this.#guests) {
      if (isKnown) continue;
      clearTimeout(timer);
      this.#guests.delete(peer);
      socket.destroy();
      return true;
    }
    return false;
  }
}
