/**
 * The false twin of the table's store: rows in memory that, at a crash, forget whatever was
 * not committed.
 *
 * The disk outlives the store: open it again and a new epoch begins on what is durable. Rows
 * are kept as text, so that none is shared with the behavior that wrote it.
 */
import assert from 'node:assert/strict';
import { type ClusterId, clusterId } from '../../src/domain/ids.js';
import {
  type KeyRange,
  type RowKey,
  raised,
  type TableIdentity,
  type TableKey,
  type TableWrite,
} from '../../src/domain/table-port.js';
import type { TableStore, TableTransaction } from '../../src/storage/table-store.js';

export class MemoryTableDisk {
  clusterId: ClusterId;
  epoch = 0;
  commit = 0;
  readonly rows = new Map<TableKey, string>();
  /** In order. */
  readonly keys: TableKey[] = [];

  constructor(id: ClusterId = clusterId('c'.repeat(32))) {
    this.clusterId = id;
  }

  put(key: TableKey, text: string | undefined): void {
    const at = placeOf(this.keys, key);
    const stood = this.keys[at] === key;
    if (text === undefined) {
      if (stood) this.keys.splice(at, 1);
      this.rows.delete(key);
    } else {
      if (!stood) this.keys.splice(at, 0, key);
      this.rows.set(key, text);
    }
  }
}

/** Thrown through `transact`: the process died while it committed. */
export class CrashInCommit extends Error {}

export class MemoryTableStore implements TableStore {
  readonly #disk: MemoryTableDisk;
  #life: 'open' | 'ended' = 'open';
  #crashInCommit: 'before' | 'after' | undefined;

  constructor(disk: MemoryTableDisk) {
    this.#disk = disk;
    disk.epoch += 1;
  }

  get identity(): TableIdentity {
    const { clusterId, epoch, commit } = this.#disk;
    return { clusterId, epoch, commit };
  }

  /** The next commit crashes, and the batch is `before` lost or `after` durable; nobody is told which. */
  crashInCommit(when: 'before' | 'after'): void {
    this.#crashInCommit = when;
  }

  transact<Result>(work: (transaction: TableTransaction) => Result): Result {
    assert(this.#life === 'open', 'the store has ended');
    const transaction = new MemoryTransaction(this.#disk, this.identity);
    try {
      const result = work(transaction);
      if (this.#crashInCommit === 'before') throw new CrashInCommit();
      transaction.commit();
      if (this.#crashInCommit === 'after') throw new CrashInCommit();
      return result;
    } catch (error) {
      transaction.undo();
      if (error instanceof CrashInCommit) this.#life = 'ended';
      throw error;
    }
  }

  async close(): Promise<void> {
    this.#life = 'ended';
  }
}

class MemoryTransaction implements TableTransaction {
  identity: TableIdentity;
  written = 0;
  readonly #disk: MemoryTableDisk;
  readonly #before = new Map<TableKey, string | undefined>();

  constructor(disk: MemoryTableDisk, identity: TableIdentity) {
    this.#disk = disk;
    this.identity = identity;
  }

  get<Row>(key: RowKey<Row>): Row | undefined {
    const text = this.#disk.rows.get(key);
    return text === undefined ? undefined : JSON.parse(text);
  }

  range<Row>({ start, end }: KeyRange<Row>, limit: number): readonly Row[] {
    const { keys } = this.#disk;
    const from = placeOf(keys, start);
    const to = Math.min(placeOf(keys, end), from + limit);
    return keys.slice(from, to).map((key) => this.get(key) as Row);
  }

  apply(writes: readonly TableWrite[]): void {
    for (const write of writes) {
      if (write.type === 'raise') {
        this.identity = raised(this.identity, write);
        continue;
      }
      if (!this.#before.has(write.key)) this.#before.set(write.key, this.#disk.rows.get(write.key));
      this.#disk.put(write.key, write.type === 'put' ? JSON.stringify(write.row) : undefined);
    }
    this.written += writes.length;
  }

  commit(): void {
    if (this.written > 0)
      Object.assign(this.#disk, { ...this.identity, commit: this.identity.commit + 1 });
    this.#before.clear();
  }

  undo(): void {
    for (const [key, text] of this.#before) this.#disk.put(key, text);
  }
}

/** Where the key stands, or would. */
function placeOf(keys: readonly TableKey[], key: TableKey): number {
  let low = 0;
  let high = keys.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    const at = keys[middle];
    if (at !== undefined && at < key) low = middle + 1;
    else high = middle;
  }
  return low;
}
