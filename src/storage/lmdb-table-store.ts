/**
 * The table's rows in LMDB, one database, keys and values as bytes.
 *
 * One more row is the store's own: the cluster's id, the epoch, the commit number and the number
 * of rows, written in the same transaction as what it counts. Every commit is synced before
 * `transact` returns.
 */
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { statfsSync } from 'node:fs';
import { open, type RootDatabase } from 'lmdb';
import { ReelkeepError } from '../domain/errors.js';
import { type ClusterId, clusterId } from '../domain/ids.js';
import { totalsKey } from '../domain/table-keys.js';
import {
  type KeyRange,
  type RowKey,
  raised,
  type TableIdentity,
  type TableWrite,
} from '../domain/table-port.js';
import { snapshotDefaults } from '../domain/table-snapshot.js';
import { noTotals } from '../domain/table-totals.js';
import { type ClosedFacts, noteClosed } from './closed-table.js';
import { isCommitWithoutRoom, toTableError } from './lmdb-error.js';
import { programVersion } from './program-version.js';
import {
  openTableDirectory,
  removeIfThere,
  syncTableDirectory,
  type TableDirectory,
} from './table-directory.js';
import { markTable, readMarker } from './table-marker.js';
import { metaKey, type TableMeta, tableSchema } from './table-meta.js';
import type { TableOpening } from './table-opening.js';
import { prepareTable, type TablePrepared } from './table-preparing.js';
import { decodeRow, encodeRow, keyBytes, keyOf } from './table-row-codec.js';
import { takeSnapshot } from './table-snapshot-file.js';
import type { TableStore, TableTransaction } from './table-store.js';

/** Of address space, not of memory or disk; at this size a commit fails and the master stops. */
export const tableMapBytesMax = 1024 ** 4;

/** With less left on its disk, what would write is refused: a commit, and the next start, find room. */
export const tableRoomBytesMin = 16 * 1024 ** 2;

export interface LmdbTableOptions {
  readonly opening?: TableOpening;
  /** Of the program; a table that another one opened last is put in safety first. */
  readonly program?: string;
  /** Snapshots, as `SnapshotPolicy` says. */
  readonly kept?: number;
}

type Database = RootDatabase<Buffer, Buffer>;

interface Beginning {
  readonly program: string;
  readonly opened: TablePrepared;
  readonly opening: TableOpening;
}

export class LmdbTableStore implements TableStore {
  readonly #database: Database;
  readonly directory: TableDirectory;
  readonly opened: TablePrepared;
  readonly #commitFound: number;
  /** A larger table is noted when it is closed, if it has been read. */
  readonly #noteAboveBytes: number;
  #isRead: boolean;
  #meta: TableMeta;
  #life: 'open' | 'failed' | 'closed' = 'open';

  /**
   * Begins a new epoch, which is durable when this resolves.
   * @throws ReelkeepError `conflict` when another process has the directory, `usage` when it is
   *   not a master's, `integrity` when the table is damaged, `no-space`; and as `restoreTable` says.
   */
  static async open(directory: string, options: LmdbTableOptions = {}): Promise<LmdbTableStore> {
    const { opening = {}, program = programVersion, kept = snapshotDefaults.kept } = options;
    const place = await openTableDirectory(directory);
    try {
      const opened = await prepareTable(place, opening, program);
      const { facts } = opened;
      if (facts !== undefined && facts.program !== program) await takeSnapshot(place, kept);
      return await LmdbTableStore.#begin(place, { program, opened, opening });
    } catch (error) {
      await place.lock.release();
      throw error;
    }
  }

  static async #begin(place: TableDirectory, beginning: Beginning): Promise<LmdbTableStore> {
    const { program, opened, opening } = beginning;
    // Made again, and without a file yet, it becomes the table of the cluster that its keepers name.
    const isOfAnyCluster = opening.rebuild === true && (opened.facts?.files ?? 0) === 0;
    const marker = await readMarker(place.marker);
    const database = openDatabase(place.table);
    try {
      const before = readMeta(database, place.table, marker?.clusterId ?? opening.cluster);
      const meta = beginEpoch(database, { ...before, program });
      await syncTableDirectory(place);
      await markTable(place.marker, meta.clusterId, isOfAnyCluster);
      await removeIfThere(place.restoring);
      return new LmdbTableStore(database, place, meta, beginning);
    } catch (error) {
      await database.close();
      throw error;
    }
  }

  private constructor(
    database: Database,
    directory: TableDirectory,
    meta: TableMeta,
    { opened, opening }: Beginning,
  ) {
    this.#database = database;
    this.directory = directory;
    this.#commitFound = meta.commit;
    this.#meta = meta;
    this.opened = opened;
    this.#noteAboveBytes = opening.readLaterAboveBytes ?? Number.POSITIVE_INFINITY;
    this.#isRead = !opened.isUnread;
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
        // The first one begins a term, for which room has been left: reads go on after a restart.
        if (meta.commit > this.#commitFound && !this.#hasRoom()) throw noRoom(this.directory);
        const { identity, rowsAdded } = transaction;
        meta = { ...meta, ...identity, commit: identity.commit + 1, rows: meta.rows + rowsAdded };
        putRow(database, metaKey, meta);
      });
    } catch (error) {
      if (worked === undefined || error instanceof ReelkeepError) throw error;
      if (isCommitWithoutRoom(error)) throw noRoom(this.directory, error);
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

  /** All of it has been read as it was at some commit of this term, and was sound. */
  noteRead(): void {
    this.#isRead = true;
  }

  async close(): Promise<void> {
    if (this.#life === 'closed') return;
    const facts = this.#life === 'open' && this.#isRead ? this.#facts() : undefined;
    this.#life = 'closed';
    await this.#database.close();
    // Without the note it is read first at the next start.
    if (facts !== undefined)
      await Promise.allSettled([noteClosed(this.directory, facts, this.#noteAboveBytes)]);
    await this.directory.lock.release();
  }

  #facts(): ClosedFacts {
    const { clusterId, epoch, commit, rows, program = '' } = this.#meta;
    const { files } = this.transact((transaction) => transaction.get(totalsKey)) ?? noTotals;
    return { clusterId, epoch, commit, rows, program, files };
  }

  #hasRoom(): boolean {
    const { bavail, bsize } = statfsSync(this.directory.path);
    return bavail * bsize >= tableRoomBytesMin;
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

/** Of the files that LMDB makes; known to it, and not to its types. */
const ownFilesOnly = { permissionsMode: 0o600 };

function openDatabase(path: string): Database {
  try {
    return open<Buffer, Buffer>(path, {
      encoding: 'binary',
      keyEncoding: 'binary',
      mapSize: tableMapBytesMax,
      // Without it a commit returns before it is synced, and is synced later by another thread.
      overlappingSync: false,
      ...ownFilesOnly,
    });
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new ReelkeepError('integrity', `${path} cannot be opened as a table: ${why}`, {
      cause: error,
    });
  }
}

/** @param cluster of a table that is begun anew; made up when nothing says it */
function readMeta(database: Database, path: string, cluster: ClusterId | undefined): TableMeta {
  const { entryCount } = database.getStats() as { readonly entryCount: number };
  const bytes = database.getBinary(keyBytes(metaKey));
  if (bytes === undefined) {
    if (entryCount !== 0) throw damaged(path, 'it has rows and does not say of which cluster');
    const id = cluster ?? clusterId(randomBytes(16).toString('hex'));
    return { schema: tableSchema, clusterId: id, epoch: 0, commit: 0, rows: 0 };
  }
  const meta = decodeRow(metaKey, bytes);
  if (meta.schema !== tableSchema)
    throw damaged(path, `its rows are of schema ${meta.schema}, this program knows ${tableSchema}`);
  if (meta.rows + 1 !== entryCount)
    throw damaged(path, `${meta.rows} rows were written and ${entryCount - 1} are there`);
  return meta;
}

function beginEpoch(database: Database, before: TableMeta): TableMeta {
  const meta = { ...before, epoch: before.epoch + 1 };
  try {
    database.transactionSync(() => putRow(database, metaKey, meta));
  } catch (error) {
    throw toTableError('beginning a new epoch of the table', error);
  }
  return meta;
}

function putRow<Row>(database: Database, key: RowKey<Row>, row: Row): void {
  database.putSync(keyBytes(key), encodeRow(key, row));
}

const noRoom = ({ path }: TableDirectory, cause?: unknown) =>
  new ReelkeepError(
    'no-space',
    `the master's disk is full, nothing was changed: make room below ${path}`,
    cause === undefined ? {} : { cause },
  );

const damaged = (path: string, why: string) =>
  new ReelkeepError('integrity', `${path} is damaged: ${why}`);
