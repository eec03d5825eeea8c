/**
 * What the lookup table needs of a store, as data: rows under keys that order by their bytes.
 *
 * The behavior reads through `TableReader` and returns its writes; whoever runs it applies
 * them before the next message reads, and lets no answer go before they are durable.
 */
import type { ClusterId } from './ids.js';

declare const row: unique symbol;

/**
 * One byte to a character (U+0000 to U+00FF), so that strings compare as bytes do.
 * `Row` is what stands under it.
 */
export type RowKey<Row> = string & { readonly [row]: Row };
export type TableKey = RowKey<unknown>;

/** From `start` on, up to but without `end`. */
export interface KeyRange<Row> {
  readonly start: RowKey<Row>;
  readonly end: RowKey<Row>;
}

export interface TableReader {
  readonly identity: TableIdentity;
  get<Row>(key: RowKey<Row>): Row | undefined;
  /** At most `limit` rows, in the order of their keys. */
  range<Row>(range: KeyRange<Row>, limit: number): readonly Row[];
}

export type TableWrite =
  | { readonly type: 'put'; readonly key: TableKey; readonly row: unknown }
  | { readonly type: 'remove'; readonly key: TableKey }
  /** The table's own numbers become at least these, and its cluster this one. */
  | ({ readonly type: 'raise' } & TableIdentity);

export interface TableIdentity {
  readonly clusterId: ClusterId;
  /** +1 at each opening of the table, and above what keepers have seen when it was made again. */
  readonly epoch: number;
  /** +1 with each batch that wrote; as of the last one that is durable. */
  readonly commit: number;
}

/** Neither number ever goes back. */
export const raised = (identity: TableIdentity, to: TableIdentity): TableIdentity => ({
  clusterId: to.clusterId,
  epoch: Math.max(identity.epoch, to.epoch),
  commit: Math.max(identity.commit, to.commit),
});
