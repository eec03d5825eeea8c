/** Reads a table from end to end without LMDB, and says what it is. */
import type { ClusterId } from '../domain/ids.js';
import { totalsKey } from '../domain/table-keys.js';
import { readLmdbFile } from './lmdb-file.js';
import { PageDamage } from './lmdb-pages.js';
import { metaKey, tableSchema } from './table-meta.js';
import { decodeRow, keyBytes, requireRow } from './table-row-codec.js';

const metaBytes = keyBytes(metaKey);
const totalsBytes = keyBytes(totalsKey);

export interface TableFacts {
  readonly clusterId: ClusterId;
  readonly epoch: number;
  readonly commit: number;
  /** Without the store's own. */
  readonly rows: number;
  readonly files: number;
  readonly program?: string;
}

/**
 * @returns undefined for a table that was made and never written
 * @throws PageDamage, ReelkeepError `integrity`
 */
export function readTable(path: string): TableFacts | undefined {
  let [meta, totals] = [undefined, undefined] as [Buffer | undefined, Buffer | undefined];
  const { rows } = readLmdbFile(path, (key, value) => {
    requireRow(key, value);
    if (key.equals(metaBytes)) meta = Buffer.from(value);
    else if (key.equals(totalsBytes)) totals = Buffer.from(value);
  });
  if (rows === 0) return undefined;
  if (meta === undefined) throw new PageDamage('it has rows and does not say of which cluster');
  const { schema, ...table } = decodeRow(metaKey, meta);
  if (schema !== tableSchema)
    throw new PageDamage(`its rows are of schema ${schema}, this program knows ${tableSchema}`);
  if (table.rows + 1 !== rows)
    throw new PageDamage(`${table.rows} rows were written and ${rows - 1} are there`);
  return { ...table, files: totals === undefined ? 0 : decodeRow(totalsKey, totals).files };
}
