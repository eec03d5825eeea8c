/**
 * Sees to it that deleted files leave the keepers' disks.
 *
 * The table remembers what is due until a keeper confirms it; this only sends the
 * orders: when a file is deleted, when a keeper has reported, and again after a while.
 * Nothing is ordered unless the master trusts its table, and no file that was replaced goes
 * before a second keeper vouches for the new one, if that can come.
 */
import type { FileId, KeeperId } from '../../domain/ids.js';
import type { KeeperView } from '../../domain/keeper-view.js';
import { mustWaitFor } from '../../domain/replaced-file.js';
import type { TableRequests } from '../lookup-table/messages.js';
import type { MasterWorld } from './world.js';

type DropsDue = TableRequests['drops due']['answer'];

/** Orders on their way to one keeper. */
const orderedMax = 256;
/** An order that was not confirmed by then is given again. */
const repeatAfterMs = 15_000;

export class DropOrders {
  readonly #world: () => MasterWorld;
  readonly #ordered = new Map<KeeperId, Map<FileId, number>>();
  /** Whether to look once more, because something may have become due meanwhile. */
  readonly #looking = new Map<KeeperId, 'once' | 'once more'>();

  constructor(world: () => MasterWorld) {
    this.#world = world;
  }

  /** Something may be due on this keeper. */
  wake(keeper: KeeperId): void {
    if (this.#looking.has(keeper)) {
      this.#looking.set(keeper, 'once more');
      return;
    }
    this.#looking.set(keeper, 'once');
    this.#look(keeper).then(
      () => this.#looked(keeper),
      (error: unknown) => {
        this.#looking.delete(keeper);
        this.#world().log.error({ err: error, keeper }, 'deletions not ordered');
      },
    );
  }

  wakeAll(): void {
    for (const view of this.#world().keepers.views.values())
      if (view.inventory === 'whole') this.wake(view.keeper);
  }

  confirmed(keeper: KeeperId, fileIds: readonly FileId[]): void {
    const ordered = this.#ordered.get(keeper);
    if (ordered === undefined) return;
    for (const fileId of fileIds) ordered.delete(fileId);
    if (ordered.size > 0) return;
    this.#ordered.delete(keeper);
    this.wake(keeper);
  }

  #looked(keeper: KeeperId): void {
    const again = this.#looking.get(keeper) === 'once more';
    this.#looking.delete(keeper);
    if (again) this.wake(keeper);
  }

  async #look(keeper: KeeperId): Promise<void> {
    const world = this.#world();
    const view = world.keepers.views.get(keeper);
    if (view === undefined || !this.#isReady(view)) return;
    const due = await this.#nextDue(keeper);
    // Asking takes a while, in which trust may have been lost.
    if (!this.#isReady(view)) return;
    const deletedFiles = new Set(due.deleted);
    const ordered = this.#ordered.get(keeper) ?? new Map<FileId, number>();
    this.#ordered.set(keeper, ordered);
    const nowMs = world.clockMs();
    for (const fileId of due.fileIds) {
      if (nowMs - (ordered.get(fileId) ?? Number.NEGATIVE_INFINITY) < repeatAfterMs) continue;
      const deleted = deletedFiles.has(fileId);
      const { incarnation } = view;
      const value = { fileId, incarnation, quarantinedOnly: false, deleted };
      if (world.keepers.send(keeper, { $case: 'drop', value })) ordered.set(fileId, nowMs);
    }
  }

  /** The first of those that need not wait. */
  async #nextDue(keeper: KeeperId): Promise<Pick<DropsDue, 'fileIds' | 'deleted'>> {
    const { table, keepers } = this.#world();
    const fileIds: FileId[] = [];
    const deleted: FileId[] = [];
    for (let after: FileId | undefined; ; ) {
      const page: DropsDue = await table.ask('drops due', {
        keeper,
        limit: orderedMax,
        ...(after !== undefined && { after }),
      });
      const waiting = new Set(
        page.replaced
          .filter(({ by }) => mustWaitFor(by, keepers.views.values()))
          .map(({ fileId }) => fileId),
      );
      fileIds.push(...page.fileIds.filter((fileId) => !waiting.has(fileId)));
      deleted.push(...page.deleted);
      if (fileIds.length >= orderedMax || page.next === undefined)
        return { fileIds: fileIds.slice(0, orderedMax), deleted };
      after = page.next;
    }
  }

  #isReady({ keeper, incarnation }: KeeperView): boolean {
    const world = this.#world();
    const view = world.keepers.views.get(keeper);
    return (
      view?.incarnation === incarnation &&
      view.inventory === 'whole' &&
      world.mode().mode === 'serving'
    );
  }
}
