/** What one client process shares among its transfers: opened at first use, closed together. */
import { setMaxListeners } from 'node:events';
import type { OwnCredentials } from '../../domain/own-credentials.js';
import { MasterConnection } from '../../rpc/master-connection.js';
import { HashPool } from '../../storage/pool/hash-pool.js';
import { ChunkBuffers } from '../../transfer/chunk-buffers.js';
import { KeeperConnections } from '../runtime/keeper-connections.js';
import { clientLimits } from './client-limits.js';
import type { ClusterOptions } from './cluster.js';
import type { KnownPaces } from './fetch-plan.js';

export class Resources {
  readonly patienceMs: number;
  readonly chunksReadMax: number;
  readonly buffers = new ChunkBuffers({ buffersMax: clientLimits.chunkBuffersMax });
  readonly keepers: KeeperConnections;
  readonly paces: KnownPaces = new Map();
  /** Aborted when everything under way is to end. */
  readonly signal: AbortSignal;
  readonly #address: string;
  readonly #credentials: OwnCredentials | undefined;
  #master: MasterConnection | undefined;
  #pool: HashPool | undefined;

  constructor({ master, timeoutMs, signal, credentials, chunksReadMax }: ClusterOptions) {
    this.#address = master;
    this.#credentials = credentials;
    this.patienceMs = timeoutMs ?? clientLimits.patienceMs;
    this.chunksReadMax = chunksReadMax ?? clientLimits.chunksReadMax;
    const idleTimeoutMs = this.patienceMs;
    this.keepers = new KeeperConnections({ ...clientLimits, idleTimeoutMs }, credentials);
    this.signal = AbortSignal.any(signal === undefined ? [] : [signal]);
    // Each operation under way listens, however many there are.
    setMaxListeners(0, this.signal);
  }

  get master(): MasterConnection {
    this.#master ??= MasterConnection.open(this.#address, this.#credentials);
    return this.#master;
  }

  get pool(): HashPool {
    this.#pool ??= HashPool.create({ startsEarly: true });
    return this.#pool;
  }

  /** For whoever is about to move bytes: what takes its time to start does so while other things are done. */
  startEarly(): void {
    this.master.connect();
    void this.pool;
  }

  async close(): Promise<void> {
    await this.keepers.close();
    this.#master?.close();
    await this.#pool?.close();
  }
}
