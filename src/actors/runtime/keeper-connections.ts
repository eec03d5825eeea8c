/** Connections to keepers that wait for the next request, so that many small files need few dials. */
import { ReelkeepError } from '../../domain/errors.js';
import type { OwnCredentials } from '../../domain/own-credentials.js';
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

export type Whereabouts = Pick<TransferSource, 'keeper' | 'host' | 'port' | 'tls'>;

/** Who has connections to keepers to lend. */
export interface KeeperLender {
  /** @throws ReelkeepError when the keeper cannot be reached */
  take(source: Whereabouts, signal: AbortSignal): Promise<Lease>;
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
  readonly #credentials: OwnCredentials | undefined;
  #closed = false;

  /** @param credentials for keepers that ask for a certificate */
  constructor(limits: ConnectionLimits, credentials: OwnCredentials | undefined) {
    const { dialTimeoutMs: handshakeTimeoutMs, idleTimeoutMs } = limits;
    this.#limits = limits;
    this.#credentials = credentials;
    this.#transferLimits = { handshakeTimeoutMs, idleTimeoutMs };
  }

  async take(source: Whereabouts, signal: AbortSignal): Promise<Lease> {
    const { keeper, host, port } = source;
    const address = `${keeper} ${host} ${port}`;
    const idle = this.#takeIdle(address);
    const limits = this.#transferLimits;
    const tls = this.#tlsFor(source);
    const connection = idle ?? (await TransferConnection.dial({ host, port, tls, signal, limits }));
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

  #tlsFor({ keeper, tls }: Whereabouts) {
    if (!tls) return undefined;
    const credentials = this.#credentials;
    if (credentials === undefined)
      throw new ReelkeepError('not-allowed', `keeper ${keeper} asks for a certificate`);
    return { credentials, keeper };
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
