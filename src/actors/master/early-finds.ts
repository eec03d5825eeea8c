/**
 * Replicas of uploads under way that inventories showed.
 *
 * A keeper that was killed between making its replica durable and telling of it never tells, and
 * its upload may have gone on to another keeper. So what it holds is put to the table again when
 * the upload has become a file or has ended.
 */
import type { KeeperId, UploadId } from '../../domain/ids.js';
import type { InventoryEntry } from '../../domain/inventory-entry.js';
import { takeFound } from './found-replicas.js';
import { doubtReplica } from './verify-handlers.js';
import type { MasterWorld } from './world.js';

interface Find {
  readonly incarnation: number;
  readonly entry: InventoryEntry;
}

export class EarlyFinds {
  /** One at most of each keeper for each upload: there is no more than the table has open uploads. */
  readonly #finds = new Map<UploadId, Map<KeeperId, Find>>();

  note(keeper: KeeperId, incarnation: number, entries: readonly InventoryEntry[]): void {
    for (const entry of entries) {
      const finds = this.#finds.get(entry.uploadId) ?? new Map<KeeperId, Find>();
      finds.set(keeper, { incarnation, entry });
      this.#finds.set(entry.uploadId, finds);
    }
  }

  /** To be called when the upload is, or may be, under way no more. */
  async settle(world: MasterWorld, uploadId: UploadId): Promise<void> {
    const finds = this.#finds.get(uploadId);
    this.#finds.delete(uploadId);
    for (const [keeper, { incarnation, entry }] of finds ?? []) {
      // What another start reports is found, or not, anew.
      if (world.keepers.views.get(keeper)?.incarnation !== incarnation) continue;
      try {
        const { doubtful } = await takeFound(world, { keeper, incarnation }, [entry]);
        for (const fileId of doubtful) await doubtReplica(world, fileId, keeper);
        world.drops.wake(keeper);
      } catch (error) {
        // Its next inventory shows it again; what others hold is not held up by it.
        world.log.warn({ err: error, keeper }, 'what it holds of an upload was not taken');
      }
    }
  }
}
