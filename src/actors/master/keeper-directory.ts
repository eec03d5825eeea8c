/**
 * What the master's main thread knows of its keepers: the monitor's verdicts joined
 * with the last heartbeat, and the session by which each can be told something.
 *
 * Owns nothing: verdicts are the monitor's, addresses the table's. It is where both
 * meet, so that a handler can answer without asking a thread.
 */
import type { DataTraffic } from '../../domain/data-traffic.js';
import { ReelkeepError } from '../../domain/errors.js';
import type { KeeperId } from '../../domain/ids.js';
import type { ScrubProgress } from '../../domain/keeper-scrub.js';
import type { KeeperState, KeeperView, KeeperViews } from '../../domain/keeper-view.js';
import { ReplayWindow, type Taking } from '../../domain/replay-window.js';
import type { SessionResponse } from '../../rpc/generated/reelkeep/v1/keeper.js';

export type Command = NonNullable<SessionResponse['command']>;

export interface KeeperSessionHandle {
  send(command: Command): void;
  close(): void;
}

export interface Beat {
  readonly freeBytes: number;
  readonly usedBytes: number;
  readonly transfers: number;
  readonly diskSuspect: boolean;
}

interface Entry {
  readonly view: KeeperView;
  readonly lastBeatMs: number;
  /** As its last heartbeat said. Not of the view: a change of it is of no concern to whoever plans. */
  readonly scrub?: ScrubProgress;
  /** The same. */
  readonly traffic?: DataTraffic;
  /** Counts registrations with this master. */
  readonly admission: number;
  /**
   * Lives as long as the start, for the keeper's numbers do: what was on its way when the keeper
   * registered again comes with a number of its own, and an older start is told by its incarnation.
   */
  readonly reports: ReplayWindow;
  /** The last inventory since it registered was not complete. */
  readonly isInventoryPartial?: boolean;
  readonly session?: KeeperSessionHandle;
  /** It said goodbye: that nothing listens there now is no sign of a crash. */
  readonly left?: boolean;
}

export class KeeperDirectory {
  readonly #entries = new Map<KeeperId, Entry>();
  readonly #views = new Map<KeeperId, KeeperView>();
  readonly #onChange: (view: KeeperView) => void;

  constructor(onChange: (view: KeeperView) => void) {
    this.#onChange = onChange;
  }

  get views(): KeeperViews {
    return this.#views;
  }

  /** A keeper that the table knows and that has not been heard yet. */
  know(
    keeper: KeeperId,
    incarnation: number,
    address: string,
    retired: boolean,
    nowMs: number,
  ): void {
    const state: KeeperState = retired ? 'retired' : 'suspect';
    this.#put(keeper, {
      view: { ...unheard(keeper), incarnation, address, state },
      lastBeatMs: nowMs,
      admission: 0,
      reports: new ReplayWindow(),
    });
  }

  admit(keeper: KeeperId, incarnation: number, address: string, beat: Beat, nowMs: number): void {
    const entry = this.#entries.get(keeper);
    entry?.session?.close();
    const view: KeeperView = {
      ...unheard(keeper),
      ...beat,
      incarnation,
      address,
      state: entry?.view.state ?? 'joining',
    };
    const reports = entry?.view.incarnation === incarnation ? entry.reports : new ReplayWindow();
    const admission = (entry?.admission ?? 0) + 1;
    this.#put(keeper, { view, lastBeatMs: nowMs, admission, reports });
  }

  /** Which registration of the keeper is the present one: a number that differs from all before. */
  admissionOf(keeper: KeeperId): number {
    return this.#entries.get(keeper)?.admission ?? 0;
  }

  /** The entry of a keeper whose current start this is. @throws ReelkeepError `stale` */
  current(keeper: KeeperId, incarnation: number): KeeperView {
    const view = this.#views.get(keeper);
    if (view === undefined || view.incarnation !== incarnation)
      throw new ReelkeepError('stale', `${keeper} has not registered this start with this master`);
    if (view.state === 'retired') throw new ReelkeepError('not-allowed', `${keeper} was retired`);
    return view;
  }

  /** Of the current start. @throws ReelkeepError `stale` when the report was taken before, or given up */
  takeReport(keeper: KeeperId, report: number): void {
    const taking = this.#take(keeper, report);
    if (taking === 'fresh') return;
    throw new ReelkeepError('stale', `report ${report} of ${keeper} is ${taking}`);
  }

  /** What still comes of them is refused. */
  giveUpReports(keeper: KeeperId, reports: readonly number[]): void {
    for (const report of reports) this.#take(keeper, report);
  }

  attach(keeper: KeeperId, session: KeeperSessionHandle): void {
    const entry = this.#entries.get(keeper);
    if (entry === undefined) return;
    entry.session?.close();
    this.#entries.set(keeper, { ...entry, session });
  }

  /** Whether this was the keeper's session, and not one that a newer has replaced. */
  detach(keeper: KeeperId, session: KeeperSessionHandle, left: boolean): boolean {
    const entry = this.#entries.get(keeper);
    if (entry?.session !== session) return false;
    const { session: _, ...rest } = entry;
    this.#entries.set(keeper, { ...rest, left });
    return true;
  }

  /** The master stops: its keepers are to look for it anew. */
  endSessions(): void {
    for (const { session } of this.#entries.values()) session?.close();
  }

  hasLeft(keeper: KeeperId): boolean {
    return this.#entries.get(keeper)?.left ?? false;
  }

  beat(keeper: KeeperId, beat: Beat, nowMs: number): void {
    this.#change(keeper, beat, nowMs);
  }

  note(keeper: KeeperId, told: Pick<Entry, 'scrub' | 'traffic'>): void {
    const entry = this.#entries.get(keeper);
    if (entry !== undefined) this.#entries.set(keeper, { ...entry, ...told });
  }

  /** As of its last heartbeat; absent when its present start has not told. */
  scrubOf(keeper: KeeperId): ScrubProgress | undefined {
    return this.#entries.get(keeper)?.scrub;
  }

  /** The same. */
  trafficOf(keeper: KeeperId): DataTraffic | undefined {
    return this.#entries.get(keeper)?.traffic;
  }

  judged(keeper: KeeperId, state: KeeperState): void {
    this.#change(keeper, { state });
  }

  /** For ever: what it says is refused from now on, and so is its next registration. */
  retire(keeper: KeeperId): void {
    this.#entries.get(keeper)?.session?.close();
    this.#change(keeper, { state: 'retired' });
  }

  reported(keeper: KeeperId): void {
    this.#change(keeper, { inventory: 'whole' });
  }

  /** Once may be by chance, as when it was out of descriptors: it reports again after a while. */
  reportedInPart(keeper: KeeperId): void {
    const entry = this.#entries.get(keeper);
    if (entry === undefined || entry.view.inventory === 'whole') return;
    if (entry.isInventoryPartial) this.#change(keeper, { inventory: 'partial' });
    else this.#entries.set(keeper, { ...entry, isInventoryPartial: true });
  }

  silenceMs(keeper: KeeperId, nowMs: number): number {
    return Math.max(0, nowMs - (this.#entries.get(keeper)?.lastBeatMs ?? nowMs));
  }

  /** Whether the keeper could be told. */
  send(keeper: KeeperId, command: Command): boolean {
    const session = this.#entries.get(keeper)?.session;
    session?.send(command);
    return session !== undefined;
  }

  #take(keeper: KeeperId, report: number): Taking {
    if (report < 1) throw new ReelkeepError('usage', 'reports are numbered from 1');
    return this.#entries.get(keeper)?.reports.take(report) ?? 'too old';
  }

  #change(keeper: KeeperId, change: Partial<KeeperView>, beatMs?: number): void {
    const entry = this.#entries.get(keeper);
    if (entry === undefined) return;
    this.#put(keeper, {
      ...entry,
      view: { ...entry.view, ...change },
      lastBeatMs: beatMs ?? entry.lastBeatMs,
    });
  }

  #put(keeper: KeeperId, entry: Entry): void {
    const before = this.#views.get(keeper);
    this.#entries.set(keeper, entry);
    if (before !== undefined && sameView(before, entry.view)) return;
    this.#views.set(keeper, entry.view);
    this.#onChange(entry.view);
  }
}

const unheard = (keeper: KeeperId): KeeperView => ({
  keeper,
  address: '',
  state: 'joining',
  incarnation: 0,
  inventory: 'awaited',
  diskSuspect: false,
  freeBytes: 0,
  usedBytes: 0,
  transfers: 0,
});

const sameView = (a: KeeperView, b: KeeperView): boolean =>
  (Object.keys(a) as (keyof KeeperView)[]).every((key) => a[key] === b[key]);
