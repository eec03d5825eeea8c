/**
 * Where the lookup table's rows are kept.
 *
 * `lmdb-table-store.ts` keeps them on this machine; a store on several machines can stand in
 * its place, as the false twin in memory does for the simulator.
 */
import type { TableIdentity, TableReader, TableWrite } from '../domain/table-port.js';

export interface TableStore {
  readonly identity: TableIdentity;
  /**
   * Runs `work` in one transaction. When this returns, everything that was written is durable;
   * when `work` throws, nothing of it is. When the commit itself fails, its outcome is unknown,
   * and the store must not be used again; but for `no-space`: then nothing was written.
   */
  transact<Result>(work: (transaction: TableTransaction) => Result): Result;
  close(): Promise<void>;
}

/** Reads its own writes, a raise of its identity included; not to be used after `work` has returned. */
export interface TableTransaction extends TableReader {
  apply(writes: readonly TableWrite[]): void;
}
