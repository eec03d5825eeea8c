/**
 * Looks after one invariant, and is named after it.
 *
 * A checker only looks: at disks, tables and what clients were told. What it finds it reports to the
 * cluster; the first report ends the run.
 */
import type { Told } from '../cluster/client-host.js';
import type { Service } from '../cluster/service.js';
import type { TableReading } from '../cluster/table-reading.js';
import type { CallTraffic, ThreadTraffic } from '../world/world.js';

export interface Checker {
  /** As docs/simulation.md numbers them. */
  readonly invariant: string;
  /** A client was told how something ended. */
  told?(told: Told): void;
  /** The table has committed. */
  committed?(before: TableReading | undefined, after: TableReading): void;
  /** A keeper is started: its disk is as it finds it. */
  starting?(keeper: Service): void;
  /** A name below `objects` is about to leave a keeper's disk, by the keeper's own doing. */
  removing?(keeper: Service, path: string): void;
  /** A thread of the master took a message, or answered. */
  thread?(traffic: ThreadTraffic): void;
  /** A call of gRPC with one request arrived, or was answered. */
  call?(traffic: CallTraffic): void;
  /** Four times a second. */
  tick?(): void;
  /** Everything is healed, came back, and has nothing left to do. */
  atRest?(): void;
}
