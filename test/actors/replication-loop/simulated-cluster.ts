/**
 * A table and keepers that carry out what the replication loop orders, on simulated time.
 *
 * Every order is checked as it is given, against the table and not against what the loop
 * believes. A crashed keeper answers nothing; a keeper that restarts tells its inventory.
 */
import { expect } from 'vitest';
import { createReplicationLoop } from '../../../src/actors/replication-loop/behavior.js';
import type {
  ReplicationCounts,
  ReplicationEffect,
  ReplicationMessage,
} from '../../../src/actors/replication-loop/messages.js';
import { judgeDrop } from '../../../src/domain/drop-guard.js';
import type { FileRecord } from '../../../src/domain/file-record.js';
import { type FileId, type KeeperId, millis, wallMs } from '../../../src/domain/ids.js';
import {
  type KeeperState,
  type KeeperView,
  replicaState,
} from '../../../src/domain/keeper-view.js';
import {
  judgeFound,
  provenRow,
  replicaOf,
  withoutAside,
  withoutReplica,
  withReplica,
} from '../../../src/domain/replica-rows.js';
import { resolveReplicationLimits } from '../../../src/domain/replication-limits.js';
import { viewOf } from '../../domain/replication-builders.js';

type Effect<Type extends ReplicationEffect['type']> = Extract<ReplicationEffect, { type: Type }>;

const limits = resolveReplicationLimits({ surveyLimit: 3, filesTrackedMax: 8 });

interface Keeper {
  isUp: boolean;
  starts: number;
  readonly disk: Set<FileId>;
  /** Bad bytes of these files are in quarantine. */
  readonly aside: Set<FileId>;
}

export class SimulatedCluster {
  nowMs = 0;
  counts: ReplicationCounts | undefined;
  readonly table = new Map<FileId, FileRecord>();
  readonly keepers = new Map<KeeperId, Keeper>();
  readonly views = new Map<KeeperId, KeeperView>();
  /** Copies of these files, or to these keepers, always fail. */
  readonly cursed = new Set<FileId | KeeperId>();
  readonly #copying = new Set<string>();
  #events: { readonly atMs: number; run(): void }[] = [];
  readonly #loop = createReplicationLoop(limits);
  #state = this.#loop.initial;

  constructor(keepers: readonly KeeperId[], files: readonly FileRecord[]) {
    for (const file of files) this.table.set(file.fileId, file);
    for (const keeper of keepers) {
      const held = files.filter((file) => replicaOf(file, keeper) !== undefined);
      const disk = new Set(held.map((file) => file.fileId));
      this.keepers.set(keeper, { isUp: true, starts: 1, disk, aside: new Set() });
      this.#setView(viewOf(keeper));
    }
    this.tell({ type: 'mode changed', mode: 'serving' });
  }

  run(durationMs: number): void {
    for (const endMs = this.nowMs + durationMs; this.nowMs < endMs; this.nowMs += 10) {
      for (const event of this.#takeDue()) event.run();
      if (this.nowMs % 1_000 === 0) this.tell({ type: 'tick' });
    }
  }

  crash(keeper: KeeperId): void {
    const process = this.keepers.get(keeper);
    if (process?.isUp !== true) return;
    process.isUp = false;
    const { starts } = process;
    for (const copy of this.#copying) if (copy.endsWith(keeper)) this.#copying.delete(copy);
    this.#judge(keeper, 'suspect');
    this.#after(1_000, () => {
      if (!process.isUp && process.starts === starts) this.#judge(keeper, 'lost');
    });
  }

  restart(keeper: KeeperId, disk: 'kept' | 'wiped'): void {
    const process = this.keepers.get(keeper);
    if (process === undefined || process.isUp) return;
    process.isUp = true;
    process.starts += 1;
    if (disk === 'wiped') {
      process.disk.clear();
      process.aside.clear();
    }
    const incarnation = process.starts;
    this.#setView({ ...viewOf(keeper), state: 'joining', incarnation, inventory: 'awaited' });
    this.#after(50, () => {
      if (!process.isUp || process.starts !== incarnation) return;
      this.#takeInventory(keeper, process);
      this.#setView({ ...viewOf(keeper), incarnation });
    });
  }

  /** Of every file that the keeper holds and has not told anybody about otherwise. */
  rot(keeper: KeeperId): void {
    const process = this.keepers.get(keeper);
    if (process?.isUp !== true || this.views.get(keeper)?.inventory !== 'whole') return;
    for (const fileId of [...process.disk]) {
      const file = this.table.get(fileId);
      const row = file && replicaOf(file, keeper);
      if (file === undefined || row === undefined) continue;
      process.disk.delete(fileId);
      process.aside.add(fileId);
      if (row.standing !== 'dropping')
        this.#commit(withReplica(file, { ...withoutAside(row), standing: 'quarantined' }));
    }
  }

  /** How many replicas of the file are live. */
  liveOf(file: FileRecord): number {
    return file.replicas.filter(
      (replica) => replica.standing === 'sound' && replicaState(replica, this.views) === 'live',
    ).length;
  }

  tell(message: ReplicationMessage): void {
    const step = this.#loop.receive(this.#state, message, millis(this.nowMs));
    this.#state = step.state;
    for (const effect of step.effects) this.#carryOut(effect);
  }

  #carryOut(effect: ReplicationEffect): void {
    switch (effect.type) {
      case 'survey':
        this.#onSurvey(effect);
        break;
      case 'copy':
        this.#onCopy(effect);
        break;
      case 'drop':
        this.#onDrop(effect);
        break;
      case 'counts':
        this.counts = effect.counts;
    }
  }

  #onSurvey({ scope, after, limit }: Effect<'survey'>): void {
    const all = [...this.table.values()]
      .filter((file) => 'all' in scope || replicaOf(file, scope.keeper) !== undefined)
      .toSorted((a, b) => (a.fileId < b.fileId ? -1 : 1))
      .filter((file) => after === undefined || file.fileId > after);
    const files = all.slice(0, limit);
    const next = all.length > limit ? files.at(-1)?.fileId : undefined;
    this.#after(20, () =>
      this.tell({ type: 'files surveyed', scope, files, ...(next === undefined ? {} : { next }) }),
    );
  }

  #onCopy({ fileId, destination, sources }: Effect<'copy'>): void {
    const file = this.table.get(fileId);
    const copy = `${fileId} ${destination}`;
    if (file === undefined) throw new Error('a copy of a file that the table does not know');
    expect(this.#copying.has(copy), 'S31 one copy in flight for a file and destination').toBe(
      false,
    );
    const standing = replicaOf(file, destination)?.standing ?? 'quarantined';
    expect(standing, 'S32 the destination holds no good replica').toBe('quarantined');
    this.#copying.add(copy);
    const inFlight = [...this.#copying].filter((other) => other.startsWith(fileId)).length;
    expect(this.liveOf(file) + inFlight, 'S30 live and in flight').toBeLessThanOrEqual(file.target);
    const incarnation = this.keepers.get(destination)?.starts ?? 0;
    this.#after(200, () => this.#endCopy(fileId, destination, incarnation, sources));
  }

  #endCopy(
    fileId: FileId,
    destination: KeeperId,
    incarnation: number,
    sources: readonly KeeperId[],
  ): void {
    const to = this.keepers.get(destination);
    if (to?.isUp !== true || to.starts !== incarnation) return;
    this.#copying.delete(`${fileId} ${destination}`);
    const canRead = sources.some((source) => {
      const from = this.keepers.get(source);
      return from?.isUp === true && from.disk.has(fileId);
    });
    const file = this.table.get(fileId);
    const isStored =
      canRead && file !== undefined && !this.cursed.has(fileId) && !this.cursed.has(destination);
    if (isStored) {
      to.disk.add(fileId);
      const by = { keeper: destination, incarnation };
      this.#commit(withReplica(file, provenRow(file, by, wallMs(this.nowMs))));
    }
    this.tell({ type: 'copy ended', fileId, destination, outcome: isStored ? 'stored' : 'failed' });
  }

  #onDrop({ fileId, keeper, incarnation, why, staying }: Effect<'drop'>): void {
    const file = this.table.get(fileId);
    if (file === undefined) throw new Error('a drop of a file that the table does not know');
    const quarantinedOnly = why === 'quarantined';
    const verdict = judgeDrop(
      file,
      { keeper, incarnation, quarantinedOnly },
      staying,
      (other) => this.views.get(other)?.incarnation,
    );
    for (const { keeper: stayer } of staying)
      expect(this.views.get(stayer)?.state, 'S27 who stays is alive').toBe('alive');
    expect(verdict, 'S27 the last-copy guard agrees').toEqual({ agreed: true });
    this.#after(50, () => this.tell({ type: 'drop ordered', fileId, keeper }));
    this.#after(100, () => {
      const from = this.keepers.get(keeper);
      if (from?.isUp !== true || from.starts !== incarnation) return;
      if (!quarantinedOnly) from.disk.delete(fileId);
      from.aside.delete(fileId);
      this.tell({ type: 'drop ended', fileId, keeper, outcome: 'dropped' });
      const now = this.table.get(fileId) ?? file;
      const row = replicaOf(now, keeper);
      const stays = quarantinedOnly && row?.standing === 'sound';
      this.#commit(stays ? withReplica(now, withoutAside(row)) : withoutReplica(now, keeper));
    });
  }

  /** Rows that stay are told to nobody, as in a table with a million of them. */
  #takeInventory(keeper: KeeperId, { disk, aside, starts }: Keeper): void {
    for (const file of this.table.values()) {
      const { fileId, size, digest } = file;
      const row = replicaOf(file, keeper);
      const isWhole = disk.has(fileId);
      const found = { size, digest, quarantined: !isWhole, aside: isWhole && aside.has(fileId) };
      const by = { keeper, incarnation: starts };
      if (isWhole || aside.has(fileId))
        this.table.set(fileId, withReplica(file, judgeFound(file, found, by)));
      else if (row !== undefined) this.#commit(withoutReplica(file, keeper));
    }
  }

  #commit(file: FileRecord): void {
    this.table.set(file.fileId, file);
    this.tell({ type: 'file changed', file });
  }

  #judge(keeper: KeeperId, state: KeeperState): void {
    const view = this.views.get(keeper);
    if (view !== undefined) this.#setView({ ...view, state });
  }

  #setView(view: KeeperView): void {
    this.views.set(view.keeper, view);
    this.tell({ type: 'keeper changed', view });
  }

  #after(delayMs: number, run: () => void): void {
    this.#events.push({ atMs: this.nowMs + delayMs, run });
  }

  #takeDue() {
    const due = this.#events.filter((event) => event.atMs <= this.nowMs);
    this.#events = this.#events.filter((event) => event.atMs > this.nowMs);
    return due.toSorted((a, b) => a.atMs - b.atMs);
  }
}
