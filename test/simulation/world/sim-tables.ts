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
import { theWorld } from './world.js';

/** The process dies in a commit, which is lost or made. */
export interface CommitFault {
  readonly isMade: boolean;
  /** So many commits end well before. */
  readonly skipped: number;
  /** How long the commit takes, while the other threads of the process go on; 0: they hear that it failed. */
  readonly takesMs: number;
  /** Called when it has taken that long. */
  crash(): void;
}

/** As the master names it. */
const tableThread = 'lookup-table';

export class SimTables {
  readonly #disks = new Map<string, MemoryTableDisk>();
  readonly #holders = new Map<string, SimProcess>();
  #fault: CommitFault | undefined;
  /** Commits since then. */
  #skipped = 0;
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

  failCommit(fault: CommitFault): void {
    this.#fault = fault;
    this.#skipped = 0;
  }

  /** @throws ReelkeepError `conflict` while another process holds the table. */
  open(directory: string, process: SimProcess): SimTableStore {
    const holder = this.#holders.get(directory);
    if (holder?.life === 'running')
      throw new ReelkeepError('conflict', `process ${holder.pid} uses this directory`);
    this.#holders.set(directory, process);
    const disk = this.#disks.get(directory) ?? newTable(process);
    this.#disks.set(directory, disk);
    return new SimTableStore(disk, {
      takeFault: () => this.#takeFault(),
      hang: ({ takesMs, crash }) => hang(process, takesMs, crash),
      committed: () => this.onCommit(directory),
      closed: () => void this.#holders.delete(directory),
    });
  }

  /** No commit fails any more. */
  heal(): void {
    this.#fault = undefined;
  }

  #takeFault(): CommitFault | undefined {
    const fault = this.#fault;
    if (fault === undefined) return undefined;
    this.#skipped += 1;
    if (this.#skipped <= fault.skipped) return undefined;
    this.#fault = undefined;
    return fault;
  }
}

const newTable = (process: SimProcess): MemoryTableDisk =>
  new MemoryTableDisk(clusterId(process.chance.bytes(16).toString('hex')));

/** The thread never comes back from its commit. */
function hang(process: SimProcess, takesMs: number, crash: () => void): void {
  for (const thread of process.threads) if (thread.name === tableThread) thread.hang();
  theWorld().kernel.after(takesMs, 'crash in commit', () => {
    if (process.life === 'running') crash();
  });
}

interface StoreEvents {
  takeFault(): CommitFault | undefined;
  hang(fault: CommitFault): void;
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
    if (fault !== undefined) this.crashInCommit(fault.isMade ? 'after' : 'before');
    const before = this.identity.commit;
    try {
      return super.transact(work);
    } finally {
      if (fault !== undefined && fault.takesMs > 0) this.#events.hang(fault);
      if (this.identity.commit !== before) this.#events.committed();
    }
  }

  override async close(): Promise<void> {
    await super.close();
    this.#events.closed();
  }
}
