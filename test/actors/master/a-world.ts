/**
 * A master's world without threads, sockets or clocks: the table is the real one, on a store
 * in memory; what is told to keepers and threads is kept.
 */
import pino from 'pino';
import type { MonitorMessage } from '../../../src/actors/heartbeat-monitor/messages.js';
import type { LookupTable } from '../../../src/actors/lookup-table/client.js';
import { type MasterOptions, resolveConfig } from '../../../src/actors/master/config.js';
import { MasterCounters } from '../../../src/actors/master/counters.js';
import { Dispatcher } from '../../../src/actors/master/dispatcher.js';
import { DropOrders } from '../../../src/actors/master/drop-orders.js';
import { EarlyFinds } from '../../../src/actors/master/early-finds.js';
import { Garbage } from '../../../src/actors/master/garbage.js';
import { type Command, KeeperDirectory } from '../../../src/actors/master/keeper-directory.js';
import { Promises } from '../../../src/actors/master/promises.js';
import { TakingIn } from '../../../src/actors/master/taking-in.js';
import { TicketOffice } from '../../../src/actors/master/ticket-office.js';
import { UploadShares } from '../../../src/actors/master/upload-shares.js';
import { UploadWatch } from '../../../src/actors/master/upload-watch.js';
import { type VerifyOutcome, VerifyWatch } from '../../../src/actors/master/verify-watch.js';
import type { MasterWorld } from '../../../src/actors/master/world.js';
import type {
  MasterMode,
  ReplicationCounts,
  ReplicationMessage,
} from '../../../src/actors/replication-loop/messages.js';
import { fromPlainError } from '../../../src/domain/errors.js';
import { type KeeperId, wallMs } from '../../../src/domain/ids.js';
import type { KeeperState } from '../../../src/domain/keeper-view.js';
import type { KeeperStamp } from '../../../src/rpc/generated/reelkeep/v1/keeper.js';
import { f1, TableUnderTest } from '../lookup-table/table-under-test.js';

export interface KeeperSetting {
  readonly incarnation?: number;
  readonly state?: KeeperState;
  readonly reported?: boolean;
  readonly freeBytes?: number;
  readonly transfers?: number;
  readonly diskSuspect?: boolean;
  /** Without one it cannot be told anything. */
  readonly session?: boolean;
}

export class AWorld {
  readonly table = new TableUnderTest();
  readonly toMonitor: MonitorMessage[] = [];
  readonly toLoop: ReplicationMessage[] = [];
  readonly told = new Map<KeeperId, Command[]>();
  readonly seen: string[] = [];
  readonly drops: DropOrders;
  readonly garbage = new Garbage();
  readonly world: MasterWorld;
  mode: MasterMode = 'serving';
  counts: ReplicationCounts = {
    belowTarget: 0,
    missing: 0,
    copiesInFlight: 0,
    surplus: 0,
    bytesToCopy: 0,
    settled: true,
  };
  /** Asked before each request to the table; what it throws is the answer. */
  onAsk: (type: string) => void = () => undefined;
  nowMs = 1_000;
  readonly #dispatcher: Dispatcher;
  #stamps = 0;

  constructor(options: MasterOptions = {}) {
    const config = resolveConfig(options);
    this.drops = new DropOrders(() => this.world);
    this.world = {
      config,
      log: pino({ level: 'silent' }),
      table: { ask: this.#ask as LookupTable['ask'] },
      snapshots: () => ({}),
      monitor: { post: (message) => void this.toMonitor.push(message) },
      loop: { post: (message) => void this.toLoop.push(message) },
      keepers: new KeeperDirectory(() => undefined),
      counters: new MasterCounters(),
      tickets: new TicketOffice(config),
      promises: new Promises(2 * config.heartbeatEveryMs),
      uploads: new UploadWatch(),
      uploadShares: new UploadShares({ clockMs: () => this.nowMs, isUnderWay: async () => true }),
      verifications: new VerifyWatch(),
      drops: this.drops,
      garbage: this.garbage,
      earlyFinds: new EarlyFinds(),
      summary: () => this.table.ask('sum up', null),
      counts: () => this.counts,
      hasLookedAtAll: () => this.counts.settled,
      mode: () => ({ mode: this.mode, reason: this.mode === 'serving' ? '' : 'so it is' }),
      clockMs: () => this.nowMs,
      wallMs: () => wallMs(1_700_000_000_000 + this.nowMs),
      noteSeen: (keeper, { highestEpoch, highestCommit }) =>
        void this.seen.push(`${keeper} ${highestEpoch} ${highestCommit}`),
      isAhead: () => false,
      isDoubted: () => false,
      takingIn: new TakingIn(),
      weigh: () => undefined,
      termId: 'of this term',
    };
    this.#dispatcher = new Dispatcher(this.world);
  }

  /** A keeper that has registered, and unless said otherwise is alive and has reported. */
  join(keeper: KeeperId, setting: KeeperSetting = {}): void {
    const { incarnation = 1, state = 'alive', reported = true, session = true } = setting;
    const { freeBytes = 1_000_000, transfers = 0, diskSuspect = false } = setting;
    const { keepers, tickets } = this.world;
    this.table.admit(keeper, incarnation);
    const beat = { freeBytes, usedBytes: 0, transfers, diskSuspect };
    keepers.admit(keeper, incarnation, `${keeper}:7001`, beat, this.nowMs);
    tickets.newKey(keeper, { tls: false, nowMs: this.nowMs });
    keepers.judged(keeper, state);
    if (reported) keepers.reported(keeper);
    const heard: Command[] = [];
    this.told.set(keeper, heard);
    const send = (command: Command): void => void heard.push(command);
    if (session) keepers.attach(keeper, { send, close: () => undefined });
  }

  /** What the keeper was ordered, in a word each. */
  orders(keeper: KeeperId): readonly string[] {
    return (this.told.get(keeper) ?? []).map(({ $case, value }) => `${$case} ${value.fileId}`);
  }

  /**
   * The keeper has read its replica of the file again, as it was ordered to.
   *
   * @param answer to the last challenge
   */
  finds(
    keeper: KeeperId,
    outcome: VerifyOutcome['outcome'],
    fileId = f1,
    answer = 'as the bytes say',
  ): void {
    const incarnation = this.world.keepers.views.get(keeper)?.incarnation ?? 0;
    const at = this.world.wallMs();
    if (outcome !== 'unknown')
      this.table.ask('record verified', { keeper, incarnation, fileId, outcome, at });
    const challenge = this.#challengeOf(keeper, fileId);
    const proof = outcome === 'sound' ? { proof: { challenge, answer } } : {};
    this.world.verifications.tell(fileId, keeper, { outcome, reason: '', ...proof });
  }

  #challengeOf(keeper: KeeperId, fileId: string): string {
    const told = this.told.get(keeper) ?? [];
    const last = told.findLast(({ $case, value }) => $case === 'verify' && value.fileId === fileId);
    return last?.$case === 'verify' ? last.value.challenge : '';
  }

  /** Of a message of its own: each has another number. */
  stamp(keeper: KeeperId, incarnation = 1): KeeperStamp {
    const { epoch } = this.world.summary();
    this.#stamps += 1;
    return { keeperId: keeper, incarnation, epoch, report: this.#stamps, givenUp: [] };
  }

  #ask = async (...[type, input]: Parameters<TableUnderTest['answer']>): Promise<unknown> => {
    this.onAsk(type);
    const answer = this.table.answer(type, input);
    for (const notice of this.table.takeNotices()) this.#dispatcher.onTableNotice(notice);
    if (!answer.ok) throw fromPlainError(answer.error);
    return answer.value;
  };
}

export async function readAll<Item>(items: AsyncIterable<Item>): Promise<readonly Item[]> {
  const all: Item[] = [];
  for await (const item of items) all.push(item);
  return all;
}

/** Lets everything that waits for nothing outside come to an end. */
export const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
