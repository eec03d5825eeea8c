/** Opens the parts of a keeper as its machine asks for them: disk and data port, then the link to the master. */
import { monitorEventLoopDelay } from 'node:perf_hooks';
import type { Logger } from 'pino';
import { formatAddress } from '../../domain/address.js';
import { ReelkeepError } from '../../domain/errors.js';
import { clusterId, keeperId } from '../../domain/ids.js';
import { HashPool } from '../../storage/pool/hash-pool.js';
import { ReplicaStore } from '../../storage/replica-store.js';
import { ChunkBuffers } from '../../transfer/chunk-buffers.js';
import { TransferServer } from '../../transfer/transfer-server.js';
import { Arrivals } from './arrivals.js';
import { Commands } from './commands.js';
import type { KeeperConfig } from './config.js';
import { createTransferHandlers } from './data-port.js';
import { MasterLink, type Vitals } from './master-link.js';
import { Term } from './term.js';
import type { KeeperWorld } from './world.js';

export interface KeeperPartsOptions {
  readonly config: KeeperConfig;
  readonly log: Logger;
  onSessionLost(reason: string): void;
}

export class KeeperParts {
  readonly #options: KeeperPartsOptions;
  readonly #term = new Term();
  readonly #arrivals = new Arrivals();
  readonly #lag = monitorEventLoopDelay({ resolution: 20 });
  #pool: HashPool | undefined;
  #opened: { readonly world: KeeperWorld; readonly server: TransferServer } | undefined;
  #commands: Commands | undefined;
  /** Remembered, because a listener that has closed has none. */
  #port = 0;
  /** What the directory remembered of the master's table before this registration. */
  #commitSeen = 0;

  constructor(options: KeeperPartsOptions) {
    this.#options = options;
  }

  get id(): string {
    return this.#opened?.world.store.identity.keeperId ?? '';
  }

  get port(): number {
    return this.#port;
  }

  /** Opens the disk, then the data port, so that a port is never taken for a disk that is not ours. */
  async identify(): Promise<void> {
    const { config, log } = this.#options;
    const pool = HashPool.create({ threads: config.poolThreads });
    this.#pool = pool;
    const store = await ReplicaStore.open({
      root: config.dataDir,
      pool,
      durability: config.durability,
      reserve: { percent: config.reserve * 100 },
      onSuspect: (reason) =>
        log.error({ reason }, 'the disk is suspect: nothing new is written to it'),
      ...(config.id === undefined ? {} : { keeperId: keeperId(config.id) }),
    });
    const buffers = new ChunkBuffers({ buffersMax: config.chunkBuffersMax });
    const world: KeeperWorld = {
      config,
      log: log.child({ keeper: store.identity.keeperId }),
      store,
      pool,
      buffers,
      link: this.#createLink(store),
      term: this.#term,
      arrivals: this.#arrivals,
    };
    const { host, port } = config;
    const { keeperId: keeper, incarnation } = store.identity;
    try {
      const server = await TransferServer.listen({
        host,
        port,
        log: world.log,
        handlers: createTransferHandlers(world),
        authority: {
          keeper,
          incarnation,
          keyOf: (keyId) => this.#term.keyOf(keyId),
          highestEpoch: () => Math.max(this.#term.epoch, store.identity.highestEpoch),
          masterNowMs: () => this.#term.masterNowMs(),
        },
      });
      this.#port = server.port;
      this.#opened = { world, server };
    } catch (error) {
      await store.close();
      throw portError(error, host, port);
    }
    this.#commands = new Commands(world, () => this.#term.commit >= this.#commitSeen);
    this.#lag.enable();
    log.info(
      { keeper, incarnation, port: this.port, ...store.recovered },
      'disk and data port open',
    );
  }

  async register(signal: AbortSignal): Promise<void> {
    const { link, store, log } = this.#need().world;
    this.#commitSeen = Math.max(store.identity.highestCommit, this.#term.commit);
    await link.register(signal);
    log.info({ epoch: this.#term.epoch, master: this.#options.config.master }, 'registered');
  }

  report(signal: AbortSignal): Promise<void> {
    const { link, store } = this.#need().world;
    return link.reportInventory(store.inventory(), signal);
  }

  /** Closes what was opened, however far that went. */
  async drain(): Promise<void> {
    const opened = this.#opened;
    if (opened !== undefined) {
      const { world, server } = opened;
      const { link, store } = world;
      // The master is told first: what it hears no more of then is no accident.
      await link.leave();
      await server.drain(AbortSignal.timeout(world.config.drainGraceMs));
      await this.#remember(store);
      await store.close();
      link.close();
    }
    this.#lag.disable();
    await this.#pool?.close();
  }

  #createLink(store: ReplicaStore): MasterLink {
    const { config, log, onSessionLost } = this.#options;
    return new MasterLink({
      master: config.master,
      log,
      term: this.#term,
      identity: () => {
        const {
          keeperId: id,
          incarnation,
          clusterId: cluster,
          highestEpoch,
          highestCommit,
        } = store.identity;
        const advertise = config.advertise ?? formatAddress({ host: config.host, port: this.port });
        return {
          keeperId: id,
          incarnation,
          clusterId: cluster ?? '',
          highestEpoch,
          highestCommit,
          advertise,
        };
      },
      vitals: () => this.#vitals(store),
      onTerm: (cluster) => this.#remember(store, cluster),
      onCommand: (command) => this.#commands?.take(command),
      onSessionLost,
    });
  }

  async #remember(
    store: ReplicaStore,
    cluster: string | null = store.identity.clusterId,
  ): Promise<void> {
    if (cluster === null) return;
    const { epoch, commit } = this.#term;
    await store.recordTerm({ clusterId: clusterId(cluster), epoch, commit });
  }

  async #vitals(store: ReplicaStore): Promise<Vitals> {
    const space = await store.space();
    const eventLoopLagMs = Math.round(this.#lag.max / 1e6);
    this.#lag.reset();
    return {
      ...space,
      transfers: this.#arrivals.copies + (this.#opened?.server.transfers ?? 0),
      uploadIds: this.#arrivals.uploadIds,
      diskSuspect: store.diskSuspect,
      eventLoopLagMs,
    };
  }

  #need() {
    if (this.#opened === undefined) throw new Error('the keeper has not been identified');
    return this.#opened;
  }
}

function portError(error: unknown, host: string, port: number): unknown {
  const cause =
    error instanceof Error ? (error.cause as NodeJS.ErrnoException | undefined) : undefined;
  if (cause?.code !== 'EADDRINUSE') return error;
  return new ReelkeepError(
    'conflict',
    `port ${port} of ${host} is in use: choose another with --port, or 0 for a free one`,
    { cause: error },
  );
}
