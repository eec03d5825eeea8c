/**
 * Takes a snapshot of the table now and then, when something was committed since the last one.
 *
 * A try that fails is told and tried again at the next turn; the ones that are there stay.
 */
import { ReelkeepError, toPlainError } from '../domain/errors.js';
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
  /** The table was not read before it was opened: the first snapshot is taken at once, and reads it. */
  readonly isUnread: boolean;
  /** After each one that was taken and read. */
  onSound(): void;
  /** What was opened unread is damaged. */
  onDamage(error: ReelkeepError): void;
  /** After each try. */
  onNews(news: SnapshotNews): void;
}

/** From a try that did not come to an end to the next, while the table has not been read. */
const unreadAgainMs = 60_000;

export class TableSnapshots {
  readonly #options: TableSnapshotsOptions;
  readonly #stopping = new AbortController();
  #news: SnapshotNews;
  #timer: NodeJS.Timeout | undefined;
  #turn: Promise<void> = Promise.resolve();
  #isRead: boolean;

  static async start(options: TableSnapshotsOptions): Promise<TableSnapshots> {
    const { place, policy, isNew, isUnread } = options;
    const news = await lookAround(place);
    const snapshots = new TableSnapshots(options, news);
    const { everyMs } = policy;
    if (everyMs === 'off') return snapshots;
    const { last } = news;
    const dueMs = firstSnapshotAfterMs(everyMs, last, wallMs(Date.now()));
    if (isUnread) snapshots.#wait(0);
    else snapshots.#wait(isNew ? everyMs : dueMs);
    return snapshots;
  }

  private constructor(options: TableSnapshotsOptions, news: SnapshotNews) {
    this.#options = options;
    this.#news = news;
    this.#isRead = !options.isUnread;
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
    if (!this.#isRead || this.#isChanged()) await this.#try();
    if (everyMs === 'off' || this.#stopping.signal.aborted) return;
    this.#wait(this.#isRead ? everyMs : Math.min(everyMs, unreadAgainMs));
  }

  async #try(): Promise<void> {
    const { place, policy, onNews, onSound, onDamage } = this.#options;
    const { signal } = this.#stopping;
    try {
      this.#news = { last: await takeSnapshot(place, policy.kept, signal) };
      this.#isRead = true;
      onSound();
    } catch (error) {
      if (signal.aborted) return;
      if (!this.#isRead && isDamage(error)) return onDamage(error);
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

const isDamage = (error: unknown): error is ReelkeepError =>
  error instanceof ReelkeepError && error.code === 'integrity';

const failureOf = (error: unknown): SnapshotNews['failure'] & {} => ({
  at: wallMs(Date.now()),
  reason: toPlainError(error).detail,
});
