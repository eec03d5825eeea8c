/**
 * The table's rows in LMDB, one database, keys and values as bytes.
 *
 * One more row is the store's own: the cluster's id, the epoch, the commit number and the number
 * of rows, written in the same transaction as what it counts. Every commit is synced before
 * `transact` returns.
 */
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { open, type RootDatabase } from 'lmdb';
import { ReelkeepError } from '../domain/errors.js';
import { type ClusterId, clusterId } from '../domain/ids.js';
import {
  type KeyRange,
  type RowKey,
  raised,
  type TableIdentity,
  type TableWrite,
} from '../domain/table-port.js';
import { openOrSetAside } from './set-aside-table.js';
import {
  openTableDirectory,
  syncTableDirectory,
  type TableBase,
  type TableDirectory,
} from './table-directory.js';
import { requireTableFile } from './table-file-check.js';
import { decodeRow, encodeRow, keyBytes, keyOf } from './table-row-codec.js';
import type { TableStore, TableTransaction } from './table-store.js';
import { requireWholeTable } from './table-walk-check.js';

/** Of address space, not of memory or disk; at this size a commit fails and the master stops. */
export const tableMapBytesMax = 1024 ** 4;

const schema = 1;
const metaKey = 'm' as RowKey<Meta>;

interface Meta {
  readonly schema: number;
  readonly clusterId: ClusterId;
  readonly epoch: number;
  readonly commit: number;
  /** Without this one. */
  readonly rows: number;
}

type Database = RootDatabase<Buffer, Buffer>;

export class LmdbTableStore implements TableStore {
  readonly #database: Database;
  readonly #directory: TableDirectory;
  #meta: Meta;
  #life: 'open' | 'failed' | 'closed' = 'open';

  /**
   * Begins a new epoch, which is durable when this resolves.
   * @throws ReelkeepError `conflict` when another process has the directory, `usage` when it is
   *   not a master's, `integrity` when the table is damaged.
   */
  static async open(directory: string, base: TableBase = 'as it is'): Promise<LmdbTableStore> {
    const place = await openTableDirectory(directory, base);
    try {
      return await openOrSetAside(place, base, () => LmdbTableStore.#openAt(place));
    } catch (error) {
      await place.lock.release();
      throw error;
    }
  }

  static async #openAt(place: TableDirectory): Promise<LmdbTableStore> {
    let database: Database | undefined;
    try {
      if (await requireTableFile(place.table)) await requireWholeTable(place.table);
      database = openDatabase(place.table);
      const meta = beginEpoch(database, readMeta(database, place.table));
      await syncTableDirectory(place);
      return new LmdbTableStore(database, place, meta);
    } catch (error) {
      await database?.close();
      throw error;
    }
  }

  private constructor(database: Database, directory: TableDirectory, meta: Meta) {
    this.#database = database;
    this.#directory = directory;
    this.#meta = meta;
  }

  get identity(): TableIdentity {
    const { clusterId, epoch, commit } = this.#meta;
    return { clusterId, epoch, commit };
  }

  transact<Result>(work: (transaction: TableTransaction) => Result): Result {
    assert(this.#life === 'open', `the table is ${this.#life}`);
    const database = this.#database;
    let meta = this.#meta;
    let worked: { readonly result: Result } | undefined;
    try {
      database.transactionSync(() => {
        const transaction = new LmdbTransaction(database, this.identity);
        worked = { result: work(transaction) };
        if (transaction.written === 0) return;
        const { identity, rowsAdded } = transaction;
        meta = { ...meta, ...identity, commit: identity.commit + 1, rows: meta.rows + rowsAdded };
        putRow(database, metaKey, meta);
      });
    } catch (error) {
      if (worked === undefined) throw error;
      this.#life = 'failed';
      const why = error instanceof Error ? error.message : String(error);
      throw new ReelkeepError('unavailable', `the table could not be made durable: ${why}`, {
        cause: error,
      });
    }
    assert(worked !== undefined, 'a transaction runs its work');
    this.#meta = meta;
    return worked.result;
  }

  async close(): Promise<void> {
    if (this.#life === 'closed') return;
    this.#life = 'closed';
    await this.#database.close();
    await this.#directory.lock.release();
  }
}

class LmdbTransaction implements TableTransaction {
  identity: TableIdentity;
  written = 0;
  rowsAdded = 0;
  readonly #database: Database;

  constructor(database: Database, identity: TableIdentity) {
    this.#database = database;
    this.identity = identity;
  }

  get<Row>(key: RowKey<Row>): Row | undefined {
    const bytes = this.#database.getBinary(keyBytes(key));
    return bytes === undefined ? undefined : decodeRow(key, bytes);
  }

  range<Row>({ start, end }: KeyRange<Row>, limit: number): readonly Row[] {
    const options = { start: keyBytes(start), end: keyBytes(end), limit };
    return Array.from(this.#database.getRange(options), ({ key, value }) =>
      decodeRow(keyOf<Row>(key), value),
    );
  }

  apply(writes: readonly TableWrite[]): void {
    for (const write of writes) {
      if (write.type === 'raise') {
        this.identity = raised(this.identity, write);
        continue;
      }
      const key = keyBytes(write.key);
      const stood = this.#database.doesExist(key);
      if (write.type === 'put') {
        putRow(this.#database, write.key, write.row);
        if (!stood) this.rowsAdded += 1;
      } else if (stood) {
        this.#database.removeSync(key);
        this.rowsAdded -= 1;
      }
    }
    this.written += writes.length;
  }
}

function openDatabase(path: string): Database {
  try {
    return open<Buffer, Buffer>(path, {
      encoding: 'binary',
      keyEncoding: 'binary',
      mapSize: tableMapBytesMax,
      // Without it a commit returns before it is synced, and is synced later by another thread.
      overlappingSync: false,
    });
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new ReelkeepError('integrity', `${path} cannot be opened as a table: ${why}`, {
      cause: error,
    });
  }
}

function readMeta(database: Database, path: string): Meta {
  const { entryCount } = database.getStats() as { readonly entryCount: number };
  const bytes = database.getBinary(keyBytes(metaKey));
  if (bytes === undefined) {
    if (entryCount !== 0) throw damaged(path, 'it has rows and does not say of which cluster');
    const newId = clusterId(randomBytes(16).toString('hex'));
    return { schema, clusterId: newId, epoch: 0, commit: 0, rows: 0 };
  }
  const meta = decodeRow(metaKey, bytes);
  if (meta.schema !== schema)
    throw damaged(path, `its rows are of schema ${meta.schema}, this program knows ${schema}`);
  if (meta.rows + 1 !== entryCount)
    throw damaged(path, `${meta.rows} rows were written and ${entryCount - 1} are there`);
  return meta;
}

function beginEpoch(database: Database, before: Meta): Meta {
  const meta = { ...before, epoch: before.epoch + 1 };
  database.transactionSync(() => putRow(database, metaKey, meta));
  return meta;
}

function putRow<Row>(database: Database, key: RowKey<Row>, row: Row): void {
  database.putSync(keyBytes(key), encodeRow(key, row));
}

const damaged = (path: string, why: string) =>
  new ReelkeepError('integrity', `${path} is damaged: ${why}`);
