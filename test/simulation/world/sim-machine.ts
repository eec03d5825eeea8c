/** A machine: an address, a disk, a wall clock, and the tables that masters keep there. It outlives its processes. */
import type { SimDisk } from './disk/sim-disk.js';
import type { SimTables } from './sim-tables.js';

export interface SimMachine {
  /** Also its address in the network. */
  readonly address: string;
  readonly disk: SimDisk;
  readonly tables: SimTables;
  /** What its wall clock is ahead of the world's; jumps are faults. */
  wallAheadMs: number;
}
