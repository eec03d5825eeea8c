/** Opens the parts of a keeper as its machine asks for them: disk and data port, then the link to the master. */
import { randomBytes } from 'node:crypto';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import type { Logger } from 'pino';
import type { Credentials } from '../../credentials/credential-files.js';
import { formatAddress } from '../../domain/address.js';
import type { ReelkeepError } from '../../domain/errors.js';
import { keeperId } from '../../domain/ids.js';
import type { OwnCredentials } from '../../domain/own-credentials.js';
import type { Completeness } from '../../machines/keeper.machine.js';
import { HashPool } from '../../storage/pool/hash-pool.js';
import { ReplicaStore } from '../../storage/replica-store.js';
import type { Space } from '../../storage/space-meter.js';
import { ChunkBuffers } from '../../transfer/chunk-buffers.js';
import { KeeperConnections } from '../runtime/keeper-connections.js';
import { openCredentials } from '../runtime/own-credentials.js';
import { allInTurn } from './all-in-turn.js';
import { Arrivals } from './arrivals.js';
import { Commands } from './commands.js';
import type { KeeperConfig } from './config.js';
import { KeeperCounters } from './counters.js';
import { type DataPort, openDataPort } from './data-port.js';
import { MasterLink, type Vitals } from './master-link.js';
import { idFor, refuseForeign } from './own-name.js';
import { RepairBrake } from './repair-brake.js';
import { Scrub } from './scrub.js';
import { TableMemory } from './table-memory.js';
import { Term } from './term.js';
import { Verifications } from './verifications.js';
import type { KeeperWorld } from './world.js';

export interface KeeperPartsOptions {
  readonly config: KeeperConfig;
  readonly log: Logger;
  onSessionLost(reason: string): void;
  /** No byte can be read or written any more. */
  onPoolDeath(reason: ReelkeepError): void;
  /** Before anything else is opened. */
  onSecured(credentials: OwnCredentials | undefined): Promise<void>;
}

interface Opened extends DataPort {
  readonly world: KeeperWorld;
  readonly memory: TableMemory;
  readonly scrub: Scrub;
}

export class KeeperParts {
  readonly counters = new KeeperCounters();
  readonly #options: KeeperPartsOptions;
  readonly #term = new Term();
  readonly #arrivals = new Arrivals();
  readonly #startId = randomBytes(8).toString('hex');
  readonly #lag = monitorEventLoopDelay({ resolution: 20 });
  #credentials: Credentials | undefined;
  #pool: HashPool | undefined;
  #opened: Opened | undefined;
  #commands: Commands | undefined;
  #identifying: Promise<void> = Promise.resolve();
  /** As the last heartbeat told it. */
  #space: Space | undefined;
  /** Remembered, because a listener that has closed has none. */
  #port = 0;

  constructor(options: KeeperPartsOptions) {
    this.#options = options;
  }

  get id(): string {
    return this.#opened?.world.store.identity.keeperId ?? '';
  }

  get port(): number {
    return this.#port;
  }

  /** What is open, for whoever looks at it. */
  get sight() {
    return { opened: this.#opened, space: this.#space, commands: this.#commands?.waiting };
  }

  /** Opens the disk, then the data port, so that a port is never taken for a disk that is not ours. */
  identify(): Promise<void> {
    this.#identifying = this.#identify();
    return this.#identifying;
  }

  async #identify(): Promise<void> {
    const { config, log, onPoolDeath } = this.#options;
    this.#credentials = await openCredentials(config.credentialsDir, ['keeper'], log);
    await this.#options.onSecured(this.#credentials);
    const id = idFor(config, this.#credentials);
    const pool = HashPool.create({ threads: config.poolThreads, onDeath: onPoolDeath });
    this.#pool = pool;
    const store = await ReplicaStore.open({
      root: config.dataDir,
      pool,
      durability: config.durability,
      reserve: { percent: config.reserve * 100 },
      onFsync: (tookMs) => this.counters.fsyncs.note(tookMs),
      onSuspect: (reason) =>
        log.error({ reason }, 'the disk is suspect: nothing new is written to it'),
      ...(id === undefined ? {} : { keeperId: keeperId(id) }),
    });
    const memory = new TableMemory(store, this.#term, log);
    const { copiesMax, chunkBuffersPerCopy } = config;
    const world: KeeperWorld = {
      config,
      log: log.child({ keeper: store.identity.keeperId }),
      store,
      pool,
      buffers: new ChunkBuffers({
        buffersMax: copiesMax * chunkBuffersPerCopy,
        freeMax: config.freeChunkBuffersMax,
      }),
      keepers: new KeeperConnections(config.connections, this.#credentials),
      link: this.#createLink(store, memory),
      term: this.#term,
      arrivals: this.#arrivals,
      verifications: new Verifications(store, config.verificationsMax, this.counters),
      counters: this.counters,
      repairs: new RepairBrake({
        ceilingBytesPerSecond: config.repairCeilingBytesPerSecond,
        floorBytesPerSecond: config.repairFloorBytesPerSecond,
      }),
    };
    try {
      refuseForeign(store.identity, this.#credentials);
      const port = await openDataPort(world, config.dataTls ? this.#credentials : undefined);
      this.#port = port.server.port;
      this.#opened = { ...port, world, memory, scrub: new Scrub(world) };
    } catch (error) {
      await store.close();
      throw error;
    }
    const { keeperId: keeper, incarnation } = store.identity;
    this.#commands = new Commands(world, () => memory.isCaughtUp);
    this.#lag.enable();
    log.info(
      { keeper, incarnation, port: this.port, ...store.recovered },
      config.dataTls ? 'disk and data port open, TLS' : 'disk and data port open',
    );
  }

  async register(signal: AbortSignal): Promise<void> {
    const { memory, world } = this.#need();
    const { link, log } = world;
    memory.beginRegistration();
    await link.register(signal);
    memory.endRegistration();
    this.counters.registrations += 1;
    log.info({ epoch: this.#term.epoch, master: this.#options.config.master }, 'registered');
  }

  async report(signal: AbortSignal): Promise<Completeness> {
    const { link, log, store } = this.#need().world;
    const depth = this.#term.wantsFacts ? 'facts and deletions' : 'what is here';
    const reported = await link.reportInventory(store.inventory(depth), signal);
    if (reported === 'incomplete')
      log.error('not all of the disk could be read: the master does not count on this keeper yet');
    return reported;
  }

  /** Until the signal is aborted; what is being read then is read to its end. */
  scrub(signal: AbortSignal): Promise<void> {
    return this.#need().scrub.run(signal);
  }

  /** Closes what was opened, however far that went and whatever fails on the way. */
  async drain(): Promise<void> {
    await Promise.allSettled([this.#identifying]);
    const closings = this.#opened === undefined ? [] : this.#closings(this.#opened);
    this.#lag.disable();
    await allInTurn([
      ...closings,
      async () => await this.#pool?.close(),
      async () => this.#credentials?.close(),
    ]);
  }

  #closings({ world, memory, server, audit, scrub }: Opened): readonly (() => Promise<unknown>)[] {
    const { arrivals, config, keepers, link, pool, store } = world;
    const grace = AbortSignal.timeout(config.drainGraceMs);
    return [
      // The master is told first: what it hears no more of then is no accident.
      () => link.leave(),
      () => {
        scrub.stop();
        return Promise.all([this.#commands?.stop(), server.drain(grace)]);
      },
      () => arrivals.settle(grace),
      () => keepers.close(),
      // Nothing that still runs in the pool touches a directory that another may hold next.
      () => pool.close(),
      () => memory.close(),
      async () => await audit?.close(),
      () => store.close(),
      async () => link.close(),
    ];
  }

  #createLink(store: ReplicaStore, memory: TableMemory): MasterLink {
    const { config, log, onSessionLost } = this.#options;
    return new MasterLink({
      master: config.master,
      credentials: this.#credentials,
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
          startId: this.#startId,
          incarnation,
          clusterId: cluster ?? '',
          highestEpoch,
          highestCommit,
          terms: memory.termsSeen,
          advertise,
          dataTls: config.dataTls,
        };
      },
      vitals: () => this.#vitals(store, memory),
      onTerm: async (cluster, incarnation) => {
        await this.#commands?.forget();
        await memory.obey(cluster, incarnation);
      },
      onCommand: (command) => this.#commands?.take(command),
      onSessionLost,
    });
  }

  async #vitals(store: ReplicaStore, memory: TableMemory): Promise<Vitals> {
    const space = await store.space();
    this.#space = space;
    const eventLoopLagMs = Math.round(this.#lag.max / 1e6);
    this.#lag.reset();
    memory.note();
    return {
      ...space,
      transfers: this.#arrivals.copies + (this.#opened?.server.transfers ?? 0),
      uploadIds: this.#arrivals.uploadIds,
      diskSuspect: store.diskSuspect,
      eventLoopLagMs,
      scrub: this.#need().scrub.progress,
      traffic: this.counters.traffic,
    };
  }

  #need() {
    if (this.#opened === undefined) throw new Error('the keeper has not been identified');
    return this.#opened;
  }
}
