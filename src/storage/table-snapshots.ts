/**
 * Takes a snapshot of the table now and then, when something was committed since the last one.
 *
 * A try that fails is told and tried again at the next turn; the ones that are there stay.
 */
import { toPlainError } from '../domain/errors.js';
import { wallMs } from '../domain/ids.js';
import type { TableIdentity } from '../domain/table-port.js';
import {
  firstSnapshotAfterMs,
  type SnapshotNews,
  type SnapshotPolicy,
} from '../domain/table-snapshot.js';
import { listSnapshots, type TableDirectory } from './table-directory.js';
import { removeUnfinished, takeSnapshot } from './table-snapshot-file.js';

export interface TableSnapshotsOptions {
  readonly place: TableDirectory;
  readonly policy: SnapshotPolicy;
  readonly identity: () => TableIdentity;
  /** Nothing was in the table when it was opened: it has time until the first turn. */
  readonly isNew: boolean;
  /** After each try. */
  onNews(news: SnapshotNews): void;
}

export class TableSnapshots {
  readonly #options: TableSnapshotsOptions;
  readonly #stopping = new AbortController();
  #news: SnapshotNews;
  #timer: NodeJS.Timeout | undefined;
  #turn: Promise<void> = Promise.resolve();

  static async start(options: TableSnapshotsOptions): Promise<TableSnapshots> {
    const { place, policy, isNew } = options;
    const news = await lookAround(place);
    const snapshots = new TableSnapshots(options, news);
    const { everyMs } = policy;
    if (everyMs === 'off') return snapshots;
    const { last } = news;
    snapshots.#wait(isNew ? everyMs : firstSnapshotAfterMs(everyMs, last, wallMs(Date.now())));
    return snapshots;
  }

  private constructor(options: TableSnapshotsOptions, news: SnapshotNews) {
    this.#options = options;
    this.#news = news;
  }

  get news(): SnapshotNews {
    return this.#news;
  }

  /** Gives up the one that is being taken. */
  async stop(): Promise<void> {
    clearTimeout(this.#timer);
    this.#stopping.abort();
    await this.#turn;
  }

  #wait(ms: number): void {
    this.#timer = setTimeout(() => {
      this.#turn = this.#take();
    }, ms);
  }

  async #take(): Promise<void> {
    const { everyMs } = this.#options.policy;
    if (this.#isChanged()) await this.#try();
    if (everyMs !== 'off' && !this.#stopping.signal.aborted) this.#wait(everyMs);
  }

  async #try(): Promise<void> {
    const { place, policy, onNews } = this.#options;
    const { signal } = this.#stopping;
    try {
      this.#news = { last: await takeSnapshot(place, policy.kept, signal) };
    } catch (error) {
      if (signal.aborted) return;
      this.#news = { ...this.#news, failure: failureOf(error) };
    }
    onNews(this.#news);
  }

  #isChanged(): boolean {
    const { epoch, commit } = this.#options.identity();
    const { last } = this.#news;
    return epoch !== last?.epoch || commit !== last.commit;
  }
}

/** A master serves all the same when its snapshots cannot be looked at. */
async function lookAround(place: TableDirectory): Promise<SnapshotNews> {
  try {
    await removeUnfinished(place);
    const [last] = await listSnapshots(place);
    return last === undefined ? {} : { last };
  } catch (error) {
    return { failure: failureOf(error) };
  }
}

const failureOf = (error: unknown): SnapshotNews['failure'] & {} => ({
  at: wallMs(Date.now()),
  reason: toPlainError(error).detail,
});
