/**
 * The master's side of the lookup table: questions in, answers and notices out, one end.
 *
 * Requests made in the same turn of the event loop travel together. When the thread dies,
 * every request that waits is rejected as `unknown-outcome`: it may have been committed.
 */
import { createRequire } from 'node:module';
import { Worker } from 'node:worker_threads';
import { Durations } from '../../domain/counting.js';
import { type ErrorCode, fromPlainError, ReelkeepError } from '../../domain/errors.js';
import { defaultTableLimits, type TableLimits } from '../../domain/table-limits.js';
import type { TableIdentity } from '../../domain/table-port.js';
import type { SnapshotNews, SnapshotPolicy } from '../../domain/table-snapshot.js';
import type { TableLost } from '../../storage/set-aside-table.js';
import type { TableOpening } from '../../storage/table-opening.js';
import type { RestoreOutcome } from '../../storage/table-restore.js';
import { Silence } from '../runtime/silence.js';
import type {
  FromTableThread,
  TableRequest,
  TableResponse,
  TableThreadData,
  ToTableThread,
} from './envelope.js';
import type { TableMessage, TableNotice, TableRequests, TableRequestType } from './messages.js';

const require = createRequire(import.meta.url);

export interface LookupTableOptions {
  /** The master's directory; made when it is not there. */
  readonly dataDir: string;
  readonly limits?: TableLimits;
  /** None are taken when absent. */
  readonly snapshots?: SnapshotPolicy;
  readonly opening?: TableOpening;
  /** The notices of one batch, in order, after its answers. */
  onNotices(notices: readonly TableNotice[]): void;
  /** After each try to take a snapshot. */
  onSnapshots?(news: SnapshotNews): void;
  /** A table that was opened unread has been read, and is sound. */
  onRead?(): void;
  /** Called once, when the thread has ended without `stop`. */
  onExit(error: ReelkeepError): void;
}

type Answered<Type extends TableRequestType> = TableRequests[Type]['answer'];

/** What the thread has found when the table is open. */
type Opened = Extract<FromTableThread, { type: 'opened' }>;

const transactionBoundsMs = [0.5, 1, 2.5, 5, 10, 25, 50, 100, 250, 500, 1_000, 2_500, 10_000];

const noSnapshots: SnapshotPolicy = { everyMs: 'off', kept: 1 };

interface Pending {
  resolve(value: unknown): void;
  reject(error: ReelkeepError): void;
}

export class LookupTable {
  readonly #worker: Worker;
  readonly #options: LookupTableOptions;
  readonly #pendingMax: number;
  readonly #pending = new Map<number, Pending>();
  #outbox: TableRequest[] = [];
  readonly #silence = new Silence();
  /** Of each batch of requests: reading, writing and syncing. */
  readonly transactions = new Durations(transactionBoundsMs);
  #lastId = 0;
  #identity: TableIdentity;
  #snapshots: SnapshotNews;
  /** What came of the snapshot that was to be put in the table's place. */
  readonly restored: RestoreOutcome | undefined;
  /** Why it was begun anew, if there was another one. */
  readonly lost: TableLost | undefined;
  #isUnread: boolean;
  #life: 'running' | 'stopping' | 'ended' = 'running';
  #failure: ReelkeepError | undefined;
  readonly #ended: Promise<void>;

  /**
   * Resolves when the table is open and its new epoch durable.
   * @throws ReelkeepError as `LmdbTableStore.open` says.
   */
  static async start(options: LookupTableOptions): Promise<LookupTable> {
    const { dataDir, limits = defaultTableLimits, opening = {} } = options;
    const snapshots = options.snapshots ?? noSnapshots;
    const workerData: TableThreadData = { dataDir, limits, snapshots, opening };
    const entry = require.resolve('#thread/lookup-table');
    const worker = new Worker(entry, { name: 'lookup-table', workerData });
    return new LookupTable(worker, await opened(worker), options, limits);
  }

  private constructor(
    worker: Worker,
    { identity, restored, lost, isUnread = false, snapshots = {} }: Opened,
    options: LookupTableOptions,
    limits: TableLimits,
  ) {
    this.#worker = worker;
    this.#identity = identity;
    this.restored = restored;
    this.lost = lost;
    this.#isUnread = isUnread;
    this.#snapshots = snapshots;
    this.#options = options;
    this.#pendingMax = limits.pendingRequestsMax;
    worker.on('message', (message: FromTableThread) => this.#receive(message));
    worker.on('error', (error) => {
      this.#failure = died(error.message);
    });
    this.#ended = new Promise((resolve) => {
      worker.once('exit', (code) => {
        this.#end(code);
        resolve();
      });
    });
  }

  /** Cluster id and epoch of this term; the commit number of the last batch that was answered. */
  get identity(): TableIdentity {
    return this.#identity;
  }

  /** It was as it had been closed, and is being read from end to end while it is used. */
  get isUnread(): boolean {
    return this.#isUnread;
  }

  /** As of the last try to take one. */
  get snapshots(): SnapshotNews {
    return this.#snapshots;
  }

  /** Requests that wait for their answer. */
  get mailboxLength(): number {
    return this.#pending.size;
  }

  /** How long it has said nothing while something waits. */
  get silentMs(): number {
    return this.#silence.ms;
  }

  /** @throws ReelkeepError as `TableRequests` says for each type; `unavailable` past the limit of requests. */
  ask<Type extends TableRequestType>(
    type: Type,
    input: TableRequests[Type]['input'],
  ): Promise<Answered<Type>> {
    if (this.#life !== 'running') return refused('unavailable', 'the lookup table is closed');
    if (this.#pending.size >= this.#pendingMax)
      return refused('unavailable', 'the lookup table has too much to do; try again');
    if (this.#pending.size === 0) this.#silence.begin();
    this.#lastId += 1;
    const id = this.#lastId;
    if (this.#outbox.length === 0) queueMicrotask(() => this.#flush());
    this.#outbox.push({ id, message: { type, input } as TableMessage });
    return new Promise<Answered<Type>>((resolve, reject) => {
      this.#pending.set(id, { resolve: (value) => resolve(value as Answered<Type>), reject });
    });
  }

  /** Answers what was asked before, then closes the table and ends the thread. */
  async stop(): Promise<void> {
    if (this.#life === 'running') {
      this.#flush();
      this.#life = 'stopping';
      this.#post({ type: 'stop' });
    }
    await this.#ended;
  }

  #flush(): void {
    if (this.#outbox.length === 0) return;
    this.#post({ type: 'ask', requests: this.#outbox });
    this.#outbox = [];
  }

  #post(message: ToTableThread): void {
    this.#worker.postMessage(message);
  }

  #receive(message: FromTableThread): void {
    switch (message.type) {
      case 'answered':
        this.#identity = message.identity;
        this.transactions.note(message.tookMs);
        for (const response of message.responses) this.#settle(response);
        this.#silence.broken(this.#pending.size);
        return;
      case 'told':
        this.#options.onNotices(message.notices);
        return;
      case 'read':
        this.#isUnread = false;
        this.#options.onRead?.();
        return;
      case 'snapshots':
        this.#snapshots = message.news;
        this.#options.onSnapshots?.(message.news);
        return;
      case 'failed':
        this.#failure = fromPlainError(message.error);
        return;
      case 'opened':
    }
  }

  #settle({ id, answer }: TableResponse): void {
    const pending = this.#pending.get(id);
    this.#pending.delete(id);
    if (answer.ok) pending?.resolve(answer.value);
    else pending?.reject(fromPlainError(answer.error));
  }

  #end(code: number): void {
    const expected = this.#life === 'stopping' && this.#failure === undefined;
    this.#life = 'ended';
    const failure = this.#failure ?? died(`it exited with code ${code}`);
    const lost = new ReelkeepError('unknown-outcome', failure.detail, { cause: failure });
    for (const { reject } of this.#pending.values()) reject(lost);
    this.#pending.clear();
    if (!expected) this.#options.onExit(failure);
  }
}

/** The first word of the thread. */
function opened(worker: Worker): Promise<Opened> {
  return new Promise((resolve, reject) => {
    const onMessage = (message: FromTableThread) => {
      forget();
      if (message.type === 'opened') resolve(message);
      else if (message.type === 'failed') reject(fromPlainError(message.error));
    };
    const onError = (error: Error) => {
      forget();
      reject(died(error.message));
    };
    const onExit = (code: number) => {
      forget();
      reject(died(`it exited with code ${code}`));
    };
    const forget = () => {
      worker.off('message', onMessage).off('error', onError).off('exit', onExit);
    };
    worker.on('message', onMessage).on('error', onError).on('exit', onExit);
  });
}

const died = (why: string): ReelkeepError =>
  new ReelkeepError('internal', `the lookup table's thread has ended: ${why}`);

const refused = (code: ErrorCode, detail: string): Promise<never> =>
  Promise.reject(new ReelkeepError(code, detail));
