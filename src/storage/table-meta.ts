/** The store's own row: what the table is, written in the same transaction as what it counts. */
import type { ClusterId } from '../domain/ids.js';
import type { RowKey } from '../domain/table-port.js';

export const tableSchema = 1;
export const metaKey = 'm' as RowKey<TableMeta>;

export interface TableMeta {
  readonly schema: number;
  readonly clusterId: ClusterId;
  readonly epoch: number;
  readonly commit: number;
  /** Without this one. */
  readonly rows: number;
  /** Of the program that opened the table last; absent in tables of before it was written down. */
  readonly program?: string;
}
