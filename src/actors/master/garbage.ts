/**
 * Replicas that keepers reported and the table has never heard of.
 *
 * While the master recovers it cannot tell garbage from a file whose row it lost, so
 * they are only noted; once it serves, they are put to the table again, which decides.
 */
import type { KeeperId } from '../../domain/ids.js';
import type { InventoryEntry } from '../lookup-table/messages.js';
import { takeFound } from './found-replicas.js';
import { doubtReplica } from './verify-handlers.js';
import type { MasterWorld } from './world.js';

/** Past this many the rest waits for the keeper's next report. */
const notedMax = 10_000;

interface Noted {
  readonly incarnation: number;
  readonly entries: InventoryEntry[];
}

export class Garbage {
  readonly #noted = new Map<KeeperId, Noted>();

  note(keeper: KeeperId, incarnation: number, entries: readonly InventoryEntry[]): void {
    if (entries.length === 0) return;
    const before = this.#noted.get(keeper);
    const noted = before?.incarnation === incarnation ? before : { incarnation, entries: [] };
    noted.entries.push(...entries.slice(0, notedMax - noted.entries.length));
    this.#noted.set(keeper, noted);
  }

  /** Called when the master has come to trust its table. */
  async collect(world: MasterWorld): Promise<void> {
    for (const [keeper, { incarnation, entries }] of [...this.#noted]) {
      if (world.mode().mode !== 'serving') return;
      this.#noted.delete(keeper);
      // What another start reports is noted, or collected, anew.
      if (world.keepers.views.get(keeper)?.incarnation !== incarnation) continue;
      try {
        const { doubtful } = await takeFound(world, { keeper, incarnation }, entries);
        for (const fileId of doubtful) await doubtReplica(world, fileId, keeper);
        world.drops.wake(keeper);
      } catch (error) {
        // Its keeper has registered anew meanwhile; the others' garbage is not held up by it.
        world.log.warn({ err: error, keeper }, 'garbage not collected');
      }
    }
  }
}
