/**
 * The masters' tables on one machine, by directory: what is committed outlives the process.
 *
 * Only one process at a time holds a table, as the lock of the real store has it.
 */
import { ReelkeepError } from '../../../src/domain/errors.js';
import { clusterId } from '../../../src/domain/ids.js';
import type { TableTransaction } from '../../../src/storage/table-store.js';
import { MemoryTableDisk, MemoryTableStore } from '../memory-table-store.js';
import type { SimProcess } from './sim-process.js';

/** What the next commit of a table comes to. */
export type CommitFault = 'lost' | 'made and not answered';

export class SimTables {
  readonly #disks = new Map<string, MemoryTableDisk>();
  readonly #holders = new Map<string, SimProcess>();
  #fault: CommitFault | undefined;
  /** Told after each batch that wrote. */
  onCommit: (directory: string) => void = () => undefined;

  /** What is durable; none before a master has opened it. */
  durable(directory: string): MemoryTableDisk | undefined {
    return this.#disks.get(directory);
  }

  onReplaced: () => void = () => undefined;

  /** Puts another table in the place of this one: an older copy, or none at all. */
  replace(directory: string, disk: MemoryTableDisk | undefined): void {
    if (disk === undefined) this.#disks.delete(directory);
    else this.#disks.set(directory, disk);
    this.onReplaced();
  }

  /** The process dies in its next commit, which is lost or made. */
  failNextCommit(fault: CommitFault): void {
    this.#fault = fault;
  }

  /** @throws ReelkeepError `conflict` while another process holds the table. */
  open(directory: string, process: SimProcess): SimTableStore {
    const holder = this.#holders.get(directory);
    if (holder?.life === 'running')
      throw new ReelkeepError('conflict', `process ${holder.pid} uses this directory`);
    this.#holders.set(directory, process);
    const disk = this.#disks.get(directory) ?? newTable(process);
    this.#disks.set(directory, disk);
    const takeFault = (): CommitFault | undefined => {
      const fault = this.#fault;
      this.#fault = undefined;
      return fault;
    };
    return new SimTableStore(disk, {
      takeFault,
      committed: () => this.onCommit(directory),
      closed: () => void this.#holders.delete(directory),
    });
  }
}

const newTable = (process: SimProcess): MemoryTableDisk =>
  new MemoryTableDisk(clusterId(process.chance.bytes(16).toString('hex')));

interface StoreEvents {
  takeFault(): CommitFault | undefined;
  committed(): void;
  closed(): void;
}

export class SimTableStore extends MemoryTableStore {
  readonly #events: StoreEvents;

  constructor(disk: MemoryTableDisk, events: StoreEvents) {
    super(disk);
    this.#events = events;
  }

  override transact<Result>(work: (transaction: TableTransaction) => Result): Result {
    const fault = this.#events.takeFault();
    if (fault !== undefined) this.crashInCommit(fault === 'lost' ? 'before' : 'after');
    const before = this.identity.commit;
    try {
      return super.transact(work);
    } finally {
      if (this.identity.commit !== before) this.#events.committed();
    }
  }

  override async close(): Promise<void> {
    await super.close();
    this.#events.closed();
  }
}
