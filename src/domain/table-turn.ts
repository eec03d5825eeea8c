/**
 * What one message to the lookup table reads, writes and has to tell.
 *
 * A turn reads its own writes. It is made for one message and thrown away with it; a refused
 * message leaves nothing behind.
 */
import type { Millis, UploadId } from './ids.js';
import { totalsKey } from './table-keys.js';
import type { TableLimits } from './table-limits.js';
import type {
  KeyRange,
  RowKey,
  TableIdentity,
  TableKey,
  TableReader,
  TableWrite,
} from './table-port.js';
import { addTotals, noTotals, type TableTotals } from './table-totals.js';

/** When each reserved upload was last known to be received by a keeper. */
export type Touches = ReadonlyMap<UploadId, Millis>;

export interface TurnStart {
  readonly reader: TableReader;
  readonly touches: Touches;
  readonly limits: TableLimits;
  readonly now: Millis;
}

export class TableTurn<Notice> {
  readonly now: Millis;
  readonly limits: TableLimits;
  readonly notices: Notice[] = [];
  readonly #reader: TableReader;
  readonly #changes = new Map<TableKey, unknown>();
  #raise: TableIdentity | undefined;
  #touches: Touches;
  #touchesOwned: Map<UploadId, Millis> | undefined;

  constructor({ reader, touches, limits, now }: TurnStart) {
    this.now = now;
    this.limits = limits;
    this.#reader = reader;
    this.#touches = touches;
  }

  get identity(): TableIdentity {
    return this.#reader.identity;
  }

  get touches(): Touches {
    return this.#touches;
  }

  get totals(): TableTotals {
    return this.get(totalsKey) ?? noTotals;
  }

  get<Row>(key: RowKey<Row>): Row | undefined {
    if (this.#changes.has(key)) return this.#changes.get(key) as Row | undefined;
    return this.#reader.get(key);
  }

  /** Rows as they stood before this message. */
  range<Row>(range: KeyRange<Row>, limit: number): readonly Row[] {
    return this.#reader.range(range, limit);
  }

  put<Row>(key: RowKey<Row>, row: NoInfer<Row>): void {
    this.#changes.set(key, row);
  }

  remove(key: TableKey): void {
    this.#changes.set(key, undefined);
  }

  /** Takes effect with the writes of this message. */
  raise(to: TableIdentity): void {
    this.#raise = to;
  }

  count(changes: Partial<TableTotals>): void {
    this.put(totalsKey, addTotals(this.totals, changes));
  }

  tell(notice: Notice): void {
    this.notices.push(notice);
  }

  touch(upload: UploadId): void {
    this.#ownTouches().set(upload, this.now);
  }

  forget(upload: UploadId): void {
    this.#ownTouches().delete(upload);
  }

  writes(): readonly TableWrite[] {
    const rows = Array.from(
      this.#changes,
      ([key, row]): TableWrite =>
        row === undefined ? { type: 'remove', key } : { type: 'put', key, row },
    );
    return this.#raise === undefined ? rows : [...rows, { type: 'raise', ...this.#raise }];
  }

  #ownTouches(): Map<UploadId, Millis> {
    if (this.#touchesOwned === undefined) {
      this.#touchesOwned = new Map(this.#touches);
      this.#touches = this.#touchesOwned;
    }
    return this.#touchesOwned;
  }
}
