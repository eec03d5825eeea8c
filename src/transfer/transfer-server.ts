/** Listens on a keeper's data port. */
import { once } from 'node:events';
import net, { type AddressInfo } from 'node:net';
import { ReelkeepError } from '../domain/errors.js';
import { ChunkBuffers } from './chunk-buffers.js';
import { FramedSocket } from './framed-socket.js';
import { dialGreetingBytes } from './frames.js';
import type { KeeperAuthority, RefusedRequest, TransferHandlers, TransferLog } from './handlers.js';
import { resolveTransferLimits, type TransferOptions } from './limits.js';
import { ServerConnection, type ServerShare } from './server-connection.js';
import { Slots } from './slots.js';
import { adoptSocket } from './socket-reads.js';
import { TicketGate } from './ticket-gate.js';

export interface TransferServerOptions {
  readonly host: string;
  /** 0 takes a free one. */
  readonly port: number;
  readonly authority: KeeperAuthority;
  readonly handlers: TransferHandlers;
  readonly limits?: TransferOptions;
  readonly log?: TransferLog;
  /** A request came without a good ticket, and was refused. */
  readonly onRefused?: (request: RefusedRequest) => void;
}

export class TransferServer {
  readonly #listener: net.Server;
  readonly #share: ServerShare;
  readonly #pool: ChunkBuffers;
  readonly #connections = new Map<ServerConnection, Promise<void>>();
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
    const { authority, handlers, log, onRefused = () => undefined } = options;
    const limits = resolveTransferLimits(options.limits);
    const { transfersMax, chunkBuffersPerTransfer, freeChunkBuffersMax: freeMax } = limits;
    // Enough for every transfer at once: a slow peer keeps no other waiting.
    const buffersMax = transfersMax * chunkBuffersPerTransfer;
    this.#pool = new ChunkBuffers({ buffersMax, freeMax });
    this.#share = {
      gate: new TicketGate(authority, limits.noncesMax),
      transfers: new Slots(transfersMax),
      buffers: this.#pool,
      handlers,
      limits,
      log,
      onRefused,
    };
    this.#listener = net.createServer({ pauseOnConnect: true }, (socket) => this.#accept(socket));
  }

  /** The one that was taken, also after closing. */
  get port(): number {
    return this.#port;
  }

  get connections(): number {
    return this.#connections.size;
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
    for (const connection of this.#connections.keys()) connection.drain();
    await this.#allClosed();
    signal?.removeEventListener('abort', cut);
  }

  /** Cuts every connection. */
  async close(): Promise<void> {
    this.#listener.close();
    this.#cutAll();
    await this.#allClosed();
  }

  #accept(accepted: net.Socket): void {
    const { limits } = this.#share;
    if (this.#connections.size >= limits.connectionsMax || !this.#listener.listening) {
      accepted.destroy();
      return;
    }
    const socket = new FramedSocket((inlet) => adoptSocket(accepted, inlet), {
      limits,
      greetingBytes: dialGreetingBytes,
      violationCode: 'usage',
    });
    const connection = new ServerConnection(socket, this.#share);
    const served = connection.serve().finally(() => this.#connections.delete(connection));
    this.#connections.set(connection, served);
  }

  #cutAll(): void {
    for (const connection of this.#connections.keys()) connection.cut();
  }

  async #allClosed(): Promise<void> {
    await Promise.all(this.#connections.values());
  }
}
