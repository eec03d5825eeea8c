/** One machine of a run: what outlives the processes on it. */
import { SimDisk } from '../world/disk/sim-disk.js';
import type { SimMachine } from '../world/sim-machine.js';
import { SimTables } from '../world/sim-tables.js';

export class Box implements SimMachine {
  readonly address: string;
  readonly disk: SimDisk;
  readonly tables = new SimTables();
  wallAheadMs = 0;

  constructor(address: string, capacityBytes: number) {
    this.address = address;
    this.disk = new SimDisk({ capacityBytes });
  }
}
