/** Listens on a keeper's data port. */
import { once } from 'node:events';
import net, { type AddressInfo } from 'node:net';
import type { TLSSocket } from 'node:tls';
import { ReelkeepError } from '../domain/errors.js';
import type { OwnCredentials } from '../domain/own-credentials.js';
import type { Principal } from '../domain/principal.js';
import { ChunkBuffers } from './chunk-buffers.js';
import { TlsDoor } from './data-tls.js';
import { FramedSocket } from './framed-socket.js';
import { dialGreetingBytes } from './frames.js';
import type { KeeperAuthority, RefusedRequest, TransferHandlers, TransferLog } from './handlers.js';
import { resolveTransferLimits, type TransferOptions } from './limits.js';
import { PeerSlots } from './peer-slots.js';
import { ServerConnection, type ServerShare } from './server-connection.js';
import { Slots } from './slots.js';
import { adoptSocket, type ByteInlet, type Reads } from './socket-reads.js';
import { TicketGate } from './ticket-gate.js';
import { readTls } from './tls-reads.js';
import { TransferCounters } from './transfer-counters.js';

export interface TransferServerOptions {
  readonly host: string;
  /** 0 takes a free one. */
  readonly port: number;
  readonly authority: KeeperAuthority;
  readonly handlers: TransferHandlers;
  readonly limits?: TransferOptions;
  readonly log?: TransferLog;
  /** For TLS, with a certificate asked for; plain text without them. */
  readonly credentials?: OwnCredentials | undefined;
  /** Somebody was refused. */
  readonly onRefused?: (request: RefusedRequest) => void;
  readonly counters?: TransferCounters;
}

/** Fewer handshakes than this part of all places are few. */
const fewHandshakes = 8;

export class TransferServer {
  readonly #listener: net.Server;
  readonly #share: ServerShare;
  readonly #pool: ChunkBuffers;
  readonly #connections = new Map<ServerConnection, Promise<void>>();
  readonly #door: TlsDoor | undefined;
  #port = 0;

  /** @throws ReelkeepError `unavailable`, with the system's error as its cause */
  static async listen(options: TransferServerOptions): Promise<TransferServer> {
    const server = new TransferServer(options);
    const { host, port } = options;
    try {
      await once(server.#listener.listen({ host, port }), 'listening');
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      throw new ReelkeepError('unavailable', `cannot listen on ${host}:${port}: ${reason}`, {
        cause: error,
      });
    }
    server.#port = (server.#listener.address() as AddressInfo).port;
    server.#listener.on('error', (error) =>
      options.log?.warn({ err: error }, 'the listener failed'),
    );
    return server;
  }

  private constructor(options: TransferServerOptions) {
    const { authority, handlers, log, credentials, onRefused = () => undefined } = options;
    const { counters = new TransferCounters() } = options;
    const limits = resolveTransferLimits(options.limits);
    const { transfersMax, chunkBuffersPerTransfer, freeChunkBuffersMax: freeMax } = limits;
    // Enough for every transfer at once: a slow peer keeps no other waiting.
    const buffersMax = transfersMax * chunkBuffersPerTransfer;
    this.#pool = new ChunkBuffers({ buffersMax, freeMax });
    this.#share = {
      gate: new TicketGate(authority, limits.noncesMax),
      transfers: new Slots(transfersMax),
      transfersOfPeers: new PeerSlots(limits.transfersPerPeerMax),
      buffers: this.#pool,
      handlers,
      limits,
      log,
      counters,
      onRefused,
    };
    this.#door =
      credentials &&
      new TlsDoor({
        credentials,
        handshakeTimeoutMs: limits.handshakeTimeoutMs,
        onEntered: (socket, who) => this.#enter(socket, who),
        onTurnedAway: (peer, why) => {
          counters.refused.add('handshake/not-allowed');
          onRefused({ peer, who: undefined, operation: 'handshake', why });
        },
      });
    this.#listener = net.createServer({ pauseOnConnect: true }, (socket) => this.#accept(socket));
  }

  /** The one that was taken, also after closing. */
  get port(): number {
    return this.#port;
  }

  /** Those that have not come through the TLS handshake yet included. */
  get connections(): number {
    return this.#connections.size + (this.#door?.handshakes ?? 0);
  }

  /** Transfers that run now. */
  get transfers(): number {
    return this.#share.transfers.inUse;
  }

  get buffersInUse(): number {
    return this.#pool.inUse;
  }

  /** Accepts nothing new and resolves when the transfers that run have ended; the signal cuts them. */
  async drain(signal?: AbortSignal): Promise<void> {
    this.#listener.close();
    const cut = () => this.#cutAll();
    signal?.addEventListener('abort', cut, { once: true });
    if (signal?.aborted) cut();
    this.#door?.close();
    for (const connection of this.#connections.keys()) connection.drain();
    await this.#allClosed();
    signal?.removeEventListener('abort', cut);
  }

  /** Cuts every connection. */
  async close(): Promise<void> {
    this.#listener.close();
    this.#door?.close();
    this.#cutAll();
    await this.#allClosed();
  }

  #accept(accepted: net.Socket): void {
    const isFull = this.connections >= this.#share.limits.connectionsMax;
    if (!this.#listener.listening || (isFull && !this.#makeRoom())) accepted.destroy();
    else if (this.#door === undefined)
      this.#serve((inlet) => adoptSocket(accepted, inlet), undefined);
    else this.#door.take(accepted);
  }

  #enter(socket: TLSSocket, who: Principal): void {
    const own = [...this.#connections.keys()].filter((one) => one.isOf(who));
    const isFull = own.length >= this.#share.limits.connectionsPerPeerMax;
    if (isFull && !this.#cutIdlest(own)) {
      const why = 'it has too many connections';
      const peer = `${socket.remoteAddress}:${socket.remotePort}`;
      this.#share.onRefused({ peer, who, operation: 'handshake', why });
      socket.destroy();
    } else this.#serve((inlet) => readTls(socket, inlet), who);
  }

  /**
   * Whoever comes last may be the one who has a ticket: the place is taken from a connection that
   * has shown none, the oldest first, or else from one that waits for its next request. Handshakes
   * go first unless they are few: else those who have come through would leave no time for one.
   */
  #makeRoom(): boolean {
    const handshakes = this.#door?.handshakes ?? 0;
    const areMany = handshakes * fewHandshakes >= this.#share.limits.connectionsMax;
    if (areMany && this.#door?.cutOldest() === true) return true;
    return this.#cutIdlest(this.#connections.keys()) || this.#door?.cutOldest() === true;
  }

  /** @param connections in the order in which they came */
  #cutIdlest(connections: Iterable<ServerConnection>): boolean {
    let idlest: ServerConnection | undefined;
    for (const connection of connections) {
      if (connection.use === 'none yet') {
        idlest = connection;
        break;
      }
      if (connection.use === 'between requests') idlest ??= connection;
    }
    if (idlest === undefined) return false;
    this.#connections.delete(idlest);
    idlest.cut('the keeper has too many connections');
    return true;
  }

  #serve(open: (inlet: ByteInlet) => Reads, who: Principal | undefined): void {
    const { limits } = this.#share;
    const socket = new FramedSocket(open, {
      limits,
      greetingBytes: dialGreetingBytes,
      violationCode: 'usage',
      isEncrypted: this.#door !== undefined,
    });
    const connection = new ServerConnection(socket, this.#share, who);
    const served = connection.serve().finally(() => this.#connections.delete(connection));
    this.#connections.set(connection, served);
  }

  #cutAll(): void {
    for (const connection of this.#connections.keys()) connection.cut('the keeper is stopping');
  }

  async #allClosed(): Promise<void> {
    await Promise.all(this.#connections.values());
  }
}
