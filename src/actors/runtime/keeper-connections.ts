/** Connections to keepers that wait for the next request, so that many small files need few dials. */
import type { TransferSource } from '../../domain/transfer-source.js';
import type { TransferOptions } from '../../transfer/limits.js';
import { TransferConnection } from '../../transfer/transfer-connection.js';

export interface ConnectionLimits {
  /** For a keeper to accept a connection. Times in milliseconds. */
  readonly dialTimeoutMs: number;
  /** Without one byte from a keeper that owes some, the connection is cut. */
  readonly idleTimeoutMs: number;
  /** Connections that wait for the next file, of each keeper; and how long one may wait. */
  readonly idleConnectionsMax: number;
  readonly idleConnectionMs: number;
}

/** Who has connections to keepers to lend. */
export interface KeeperLender {
  /** @throws ReelkeepError when the keeper cannot be reached */
  take(source: TransferSource, signal: AbortSignal): Promise<Lease>;
}

export interface Lease {
  readonly connection: Pick<TransferConnection, 'put' | 'get' | 'manifest'>;
  /** It has waited, so the keeper may have closed it meanwhile through no fault. */
  readonly reused: boolean;
  /** To be called once, however the requests on it ended. */
  release(): void;
}

interface Idle {
  readonly connection: TransferConnection;
  readonly timer: NodeJS.Timeout;
}

export class KeeperConnections implements KeeperLender {
  readonly #idle = new Map<string, Idle[]>();
  readonly #limits: ConnectionLimits;
  readonly #transferLimits: TransferOptions;
  #closed = false;

  constructor(limits: ConnectionLimits) {
    const { dialTimeoutMs: handshakeTimeoutMs, idleTimeoutMs } = limits;
    this.#limits = limits;
    this.#transferLimits = { handshakeTimeoutMs, idleTimeoutMs };
  }

  async take(
    { host, port }: Pick<TransferSource, 'host' | 'port'>,
    signal: AbortSignal,
  ): Promise<Lease> {
    const address = `${host} ${port}`;
    const idle = this.#takeIdle(address);
    const connection =
      idle ?? (await TransferConnection.dial({ host, port, signal, limits: this.#transferLimits }));
    const release = (): void => this.#keep(address, connection);
    return { connection, reused: idle !== undefined, release };
  }

  async close(): Promise<void> {
    this.#closed = true;
    const idle = [...this.#idle.values()].flat();
    this.#idle.clear();
    for (const { timer } of idle) clearTimeout(timer);
    await Promise.all(idle.map(({ connection }) => connection.close()));
  }

  #takeIdle(address: string): TransferConnection | undefined {
    const idle = this.#idle.get(address) ?? [];
    for (let last = idle.pop(); last !== undefined; last = idle.pop()) {
      clearTimeout(last.timer);
      if (last.connection.usable) return last.connection;
    }
    return undefined;
  }

  #keep(address: string, connection: TransferConnection): void {
    const idle = this.#idle.get(address) ?? [];
    const isRoom = idle.length < this.#limits.idleConnectionsMax;
    if (this.#closed || !connection.usable || !isRoom) {
      void connection.close();
      return;
    }
    const timer = setTimeout(() => {
      idle.splice(
        idle.findIndex((one) => one.connection === connection),
        1,
      );
      void connection.close();
    }, this.#limits.idleConnectionMs);
    idle.push({ connection, timer });
    this.#idle.set(address, idle);
  }
}
