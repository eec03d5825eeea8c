/** What stands durably in a table, read past the production code; made anew only when something was committed. */

import type { FileRecord } from '../../../src/domain/file-record.js';
import type { FileId, KeeperId } from '../../../src/domain/ids.js';
import type { KeeperRecord } from '../../../src/domain/keeper-record.js';
import { termsKey, totalsKey } from '../../../src/domain/table-keys.js';
import type {
  EndedUpload,
  OpenUpload,
  TermsBegun,
  Tombstone,
} from '../../../src/domain/table-rows.js';
import { noTotals, type TableTotals } from '../../../src/domain/table-totals.js';
import type { MemoryTableDisk } from '../memory-table-store.js';

export class TableReading {
  readonly files = new Map<FileId, FileRecord>();
  /** As the bytes of the name say it, one character to a byte. */
  readonly names = new Map<string, FileId>();
  readonly uploads: readonly OpenUpload[];
  readonly ended: readonly EndedUpload[];
  readonly tombstones = new Map<FileId, Tombstone>();
  readonly keepers = new Map<KeeperId, KeeperRecord>();
  readonly totals: TableTotals;
  /** Of its present term. */
  readonly termId: string;
  readonly epoch: number;
  readonly commit: number;
  readonly #disk: MemoryTableDisk;

  constructor(disk: MemoryTableDisk) {
    this.#disk = disk;
    this.epoch = disk.epoch;
    this.commit = disk.commit;
    for (const file of this.#rows<FileRecord>('f')) this.files.set(file.fileId, file);
    for (const key of disk.keys)
      if (key.startsWith('n/'))
        this.names.set(key.slice(2), this.#row<{ fileId: FileId }>(key).fileId);
    this.uploads = this.#rows('u');
    this.ended = this.#rows('e');
    for (const dead of this.#rows<Tombstone>('t')) this.tombstones.set(dead.fileId, dead);
    for (const keeper of this.#rows<KeeperRecord>('k')) this.keepers.set(keeper.keeper, keeper);
    const totals = disk.rows.get(totalsKey);
    const terms = disk.rows.get(termsKey) ?? '{"terms":[]}';
    this.termId = (JSON.parse(terms) as TermsBegun).terms.at(-1)?.termId ?? '';
    this.totals = totals === undefined ? noTotals : JSON.parse(totals);
  }

  /** The keys of one kind of row, without the letter of the kind. */
  keys(kind: string): readonly string[] {
    return this.#disk.keys.filter((key) => key.startsWith(`${kind}/`)).map((key) => key.slice(2));
  }

  #rows<Row>(kind: string): readonly Row[] {
    return this.#disk.keys.filter((key) => key.startsWith(`${kind}/`)).map((key) => this.#row(key));
  }

  #row<Row>(key: MemoryTableDisk['keys'][number]): Row {
    return JSON.parse(this.#disk.rows.get(key) ?? 'null');
  }
}

/** One character to a byte of UTF-8, as names stand in keys. */
export const nameBytes = (name: string): string => Buffer.from(name).toString('latin1');
