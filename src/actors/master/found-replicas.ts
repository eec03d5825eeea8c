/** What keepers found on their disks is put to the table, which decides; what it leaves open is kept in mind. */
import type { FileId, KeeperId } from '../../domain/ids.js';
import type { InventoryEntry } from '../../domain/inventory-entry.js';
import type { MasterWorld } from './world.js';

export interface FoundBy {
  readonly keeper: KeeperId;
  readonly incarnation: number;
}

interface Taken {
  /** What the table has never heard of, and neither collects nor adopts. */
  readonly unknown: readonly InventoryEntry[];
  /** Files of which the keeper has other bytes than the table names: it is to be made to look. */
  readonly doubtful: readonly FileId[];
}

/** @throws ReelkeepError `stale` when this is not the keeper's present start */
export async function takeFound(
  world: MasterWorld,
  { keeper, incarnation }: FoundBy,
  entries: readonly InventoryEntry[],
): Promise<Taken> {
  const collect = world.mode().mode === 'serving';
  const page = { keeper, incarnation, entries, collect, at: world.wallMs() };
  const { unknown, early, doubtful } = await world.table.ask('take inventory', page);
  if (!world.takingIn.has(keeper)) world.garbage.note(keeper, incarnation, unknown);
  world.earlyFinds.note(keeper, incarnation, early);
  return { unknown, doubtful };
}
