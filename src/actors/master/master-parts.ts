/**
 * Opens the parts of a master in the order in which they need each other, and closes
 * them in the reverse order: table, deciding threads, gRPC server, clocks.
 */
import type { Logger } from 'pino';
import { wallMs } from '../../domain/ids.js';
import type { KeeperView } from '../../domain/keeper-view.js';
import type { OwnCredentials } from '../../domain/own-credentials.js';
import type { TrustEvidence } from '../../domain/trust.js';
import type { LookupTable } from '../lookup-table/client.js';
import type { KeeperRecord, TableSummary } from '../lookup-table/messages.js';
import { type MasterMode, nothingCounted } from '../replication-loop/messages.js';
import type { MasterConfig } from './config.js';
import { MasterCounters } from './counters.js';
import { Dispatcher } from './dispatcher.js';
import { DropOrders } from './drop-orders.js';
import { EarlyFinds } from './early-finds.js';
import { gatherEvidence } from './evidence.js';
import { Garbage } from './garbage.js';
import { KeeperDirectory } from './keeper-directory.js';
import { type Listening, listen } from './listen.js';
import { PresentTerm } from './present-term.js';
import { Promises } from './promises.js';
import { forgetRetired } from './retire-keeper.js';
import { closeSecured, openSecured, type Secured } from './secured.js';
import { startTable } from './start-table.js';
import { TakingIn } from './taking-in.js';
import {
  type LoopThread,
  type MonitorThread,
  startLoop,
  startMonitor,
  type ThreadReading,
  threadReadings,
} from './threads.js';
import { TicketOffice } from './ticket-office.js';
import { isUnderWay } from './upload-handlers.js';
import { UploadShares } from './upload-shares.js';
import { UploadWatch } from './upload-watch.js';
import { VerifyWatch } from './verify-watch.js';
import type { MasterWorld } from './world.js';

const tableTickMs = 1_000;
const dropSweepMs = 15_000;

export interface MasterPartsOptions {
  readonly config: MasterConfig;
  readonly log: Logger;
  mode(): { readonly mode: MasterMode; readonly reason: string };
  onEvidence(evidence: TrustEvidence): void;
  onThreadLost(failure: Error): void;
  /** Before anything else is opened. */
  onSecured(credentials: OwnCredentials | undefined): Promise<void>;
}

export class MasterParts {
  readonly #options: MasterPartsOptions;
  readonly world: MasterWorld;
  readonly #dispatcher: Dispatcher;
  readonly #keepers: KeeperDirectory;
  readonly #drops = new DropOrders(() => this.world);
  readonly #garbage = new Garbage();
  readonly #term = new PresentTerm();
  readonly #takingIn = new TakingIn();
  #secured: Secured | undefined;
  #table: LookupTable | undefined;
  #monitor: MonitorThread | undefined;
  #loop: LoopThread | undefined;
  #listening: Listening | undefined;
  #timers: NodeJS.Timeout[] = [];
  #summary: TableSummary | undefined;
  #opening: Promise<void> = Promise.resolve();
  #counts = nothingCounted;

  constructor(options: MasterPartsOptions) {
    this.#options = options;
    this.#keepers = new KeeperDirectory((view) => this.#onKeeper(view));
    this.world = this.#createWorld();
    this.#dispatcher = new Dispatcher(this.world);
  }

  get port(): number {
    return this.#listening?.server.port ?? this.#options.config.port;
  }

  get connections(): number {
    return this.#listening?.server.connections ?? 0;
  }

  /** Of the table, unless it is not open yet. */
  get transactions(): LookupTable['transactions'] | undefined {
    return this.#table?.transactions;
  }

  get summary(): TableSummary | undefined {
    return this.#summary;
  }

  get threads(): readonly ThreadReading[] {
    return threadReadings(this.#table, this.#monitor, this.#loop);
  }

  open(): Promise<void> {
    this.#opening = this.#open();
    return this.#opening;
  }

  async #open(): Promise<void> {
    const { config, log } = this.#options;
    this.#secured = await openSecured(config, log);
    await this.#options.onSecured(this.#secured?.credentials);
    await this.#openTable();
    await this.#startThreads();
    const records = await this.#needTable().ask('list keepers', null);
    for (const record of records) this.#know(record);
    await forgetRetired(this.world, records);
    await this.#listen();
    this.#startClocks();
    this.#tellEvidence();
  }

  /** Closes what was opened, however far that went. */
  async close(): Promise<void> {
    await Promise.allSettled([this.#opening]);
    for (const timer of this.#timers) clearInterval(timer);
    // Sessions do not end by themselves, and the server would wait for them.
    this.#keepers.endSessions();
    await this.#listening?.server.close(this.#options.config.stopGraceMs);
    this.world.verifications.close();
    await Promise.all([this.#monitor?.stop(), this.#loop?.stop()]);
    await this.#table?.stop();
    await this.#listening?.audit?.close();
    closeSecured(this.#secured);
  }

  /** The master's own trust in its table has changed. */
  enter(mode: MasterMode): void {
    this.#loop?.post({ type: 'mode changed', mode });
    if (mode !== 'serving') return;
    this.#drops.wakeAll();
    this.#garbage
      .collect(this.world)
      .catch((error: unknown) => this.#options.log.error({ err: error }, 'garbage not collected'));
  }

  async #openTable(): Promise<void> {
    const { config, log, onThreadLost } = this.#options;
    const cluster = this.#secured?.credentials.principal.clusterId;
    this.#table = await startTable({ ...config, cluster }, log, {
      onNotices: (notices) => {
        for (const notice of notices) this.#dispatcher.onTableNotice(notice);
      },
      onExit: onThreadLost,
      onRead: () => this.#tellEvidence(),
    });
    this.#summary = await this.#table.ask('sum up', null);
    const term = { termId: this.#term.id, rebuilt: config.rebuild };
    const line = await this.#table.ask('begin term', term);
    this.#term.begin(this.#summary, line);
    log.info({ ...this.#summary }, 'table open');
  }

  async #startThreads(): Promise<void> {
    const { config, log, onThreadLost } = this.#options;
    const start = { log, onGiveUp: (reason: string): void => onThreadLost(new Error(reason)) };
    this.#monitor = await startMonitor(config, {
      ...start,
      onEffect: (effect) => this.#dispatcher.onMonitorEffect(effect),
      feed: () => this.#feedMonitor(),
    });
    this.#loop = await startLoop({
      ...start,
      onEffect: (effect) => {
        if (effect.type === 'counts') this.#counts = effect.counts;
        else this.#dispatcher.onLoopEffect(effect);
      },
      feed: () => this.#feedLoop(),
    });
  }

  async #listen(): Promise<void> {
    this.#listening = await listen(this.world, this.#secured);
    // Reads and uploads are answered from now on, whatever the mode.
    this.#listening.server.setServing(true);
  }

  #startClocks(): void {
    const { config, log } = this.#options;
    const every = (ms: number, work: () => void): void => {
      this.#timers.push(setInterval(work, ms));
    };
    every(config.judgeEveryMs, () => this.#monitor?.post({ type: 'tick' }));
    every(config.repairEveryMs, () => this.#loop?.post({ type: 'tick' }));
    every(dropSweepMs, () => {
      if ((this.#summary?.deletionsDue ?? 0) > 0) this.#drops.wakeAll();
    });
    every(tableTickMs, () => {
      this.#tickTable().catch((error: unknown) => log.error({ err: error }, 'table not ticked'));
    });
  }

  async #tickTable(): Promise<void> {
    await this.#needTable().ask('tick', null);
    this.#summary = await this.#needTable().ask('sum up', null);
  }

  #know({ keeper, incarnation, address, retired }: KeeperRecord): void {
    this.#keepers.know(keeper, incarnation, address, retired, this.world.clockMs());
    this.#monitor?.post({ type: 'known', keeper, incarnation });
    if (retired) this.#monitor?.post({ type: 'retire', keeper });
  }

  #onKeeper(view: KeeperView): void {
    this.#loop?.post({ type: 'keeper changed', view });
    this.#tellEvidence();
  }

  #tellEvidence(): void {
    const evidence = gatherEvidence(this.#keepers.views, this.#term, this.#takingIn);
    this.#options.onEvidence({ ...evidence, isUnread: this.#table?.isUnread ?? false });
  }

  #feedMonitor(): void {
    for (const { keeper, incarnation, inventory, state } of this.#keepers.views.values()) {
      this.#monitor?.post({ type: 'known', keeper, incarnation });
      if (inventory === 'whole') this.#monitor?.post({ type: 'reported', keeper, incarnation });
      if (state === 'retired') this.#monitor?.post({ type: 'retire', keeper });
    }
  }

  #feedLoop(): void {
    for (const view of this.#keepers.views.values())
      this.#loop?.post({ type: 'keeper changed', view });
    this.#loop?.post({ type: 'mode changed', mode: this.#options.mode().mode });
  }

  #createWorld(): MasterWorld {
    const { config, log, mode } = this.#options;
    const world: MasterWorld = {
      config,
      log,
      table: { ask: (type, input) => this.#needTable().ask(type, input) },
      snapshots: () => this.#needTable().snapshots,
      monitor: { post: (message) => void this.#monitor?.post(message) },
      loop: {
        post: (message) => {
          world.counters.noteMessage(message);
          this.#loop?.post(message);
        },
      },
      counters: new MasterCounters(),
      keepers: this.#keepers,
      tickets: new TicketOffice(config),
      promises: new Promises(2 * config.heartbeatEveryMs),
      uploads: new UploadWatch(),
      uploadShares: new UploadShares({
        clockMs: () => world.clockMs(),
        isUnderWay: (uploadId) => isUnderWay(world, uploadId),
      }),
      verifications: new VerifyWatch(),
      drops: this.#drops,
      garbage: this.#garbage,
      earlyFinds: new EarlyFinds(),
      summary: () => this.#needSummary(),
      counts: () => ({
        ...this.#counts,
        // What was told to the loop and not yet weighed may change them.
        settled: this.#counts.settled && this.#loop?.mailboxLength === 0,
      }),
      hasLookedAtAll: () => this.#counts.settled,
      mode,
      clockMs: () => performance.now(),
      wallMs: () => wallMs(Date.now()),
      termId: this.#term.id,
      isAhead: (keeper) => this.#term.ahead.includes(keeper),
      isDoubted: (seen) => this.#term.judge(seen) !== 'had',
      takingIn: this.#takingIn,
      weigh: () => this.#tellEvidence(),
      noteSeen: (keeper, seen) => {
        this.#term.note(keeper, seen);
        this.#tellEvidence();
      },
    };
    return world;
  }

  #needTable(): LookupTable {
    if (this.#table === undefined) throw new Error('the table is not open');
    return this.#table;
  }

  #needSummary(): TableSummary {
    if (this.#summary === undefined) throw new Error('the table is not open');
    return { ...this.#summary, ...this.#needTable().identity };
  }
}
