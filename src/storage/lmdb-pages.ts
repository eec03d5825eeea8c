/**
 * The pages of an LMDB file, read with plain reads and believed in nothing.
 *
 * LMDB maps its file into memory and follows what stands there: a page that is missing or wrong
 * kills the process. What reads here may be told that a page is damaged instead. Of the format of
 * liblmdb's `mdb.c` (version 2, 64 bits, little-endian) this is what a table has: two pages of
 * `MDB_meta`, then branch, leaf and overflow pages, each with a header of 24 bytes.
 */
import { closeSync, fstatSync, openSync } from 'node:fs';
import { readFully } from './full-io.js';

/** The file is no table, or its pages are not those that were written. */
export class PageDamage extends Error {}

/** A tree of pages: the free pages of the file, or its rows. */
export interface TreeRoot {
  readonly flags: number;
  readonly depth: number;
  readonly branchPages: number;
  readonly leafPages: number;
  readonly overflowPages: number;
  readonly entries: number;
  /** Undefined for a tree without entries. */
  readonly page: number | undefined;
}

/** Where one commit begins. */
export interface MetaPage {
  readonly free: TreeRoot;
  readonly rows: TreeRoot;
  readonly lastPage: number;
  /** Counts commits; a file that was just made has 0. */
  readonly txn: number;
}

export interface Page {
  readonly number: number;
  readonly kind: 'branch' | 'leaf' | 'overflow';
  /** Of a branch or leaf. */
  readonly nodes: number;
  /** Of an overflow page: the pages that follow, itself included. */
  readonly run: number;
  /** The page behind its header, until the next one is read. */
  readonly body: Buffer;
}

const magic = 0xbeefc0de;
const formatVersion = 2;
const headerBytes = 24;
const metaBytes = 136;
const treeBytes = 48;
const noPage = 0xffff_ffff_ffff_ffffn;
const flagsOfKinds = new Map([
  [0x01, 'branch'],
  [0x02, 'leaf'],
  [0x04, 'overflow'],
] as const);
const kindFlags = 0x6f;
const metaFlag = 0x08;

/** Of pages at the end that a commit took and gave back: LMDB does not write them. */
const unwrittenBytesMax = 1024 ** 3;

/** Pages are read so many bytes at a time: rows that were written together lie together. */
const windowBytes = 64 * 1024;

export class LmdbPages {
  readonly pageBytes: number;
  /** The newer one is true; the other is that of the commit before. */
  readonly meta: MetaPage;
  readonly #fd: number;
  readonly #fileBytes: number;
  readonly #window = Buffer.allocUnsafeSlow(windowBytes);
  #windowAt = 0;
  #windowEnd = 0;

  /** @throws PageDamage */
  static open(path: string): LmdbPages {
    const fd = openSync(path, 'r');
    try {
      return new LmdbPages(fd);
    } catch (error) {
      closeSync(fd);
      throw error;
    }
  }

  private constructor(fd: number) {
    this.#fd = fd;
    this.#fileBytes = fstatSync(fd).size;
    if (this.#fileBytes === 0) throw new PageDamage('it is empty');
    const head = this.#read(0, headerBytes + metaBytes);
    this.pageBytes = requireMeta(head);
    this.meta = this.#newestMeta();
  }

  close(): void {
    closeSync(this.#fd);
  }

  /** @throws PageDamage */
  page(number: number): Page {
    const page = this.#read(number * this.pageBytes, this.pageBytes);
    if (page.readBigUInt64LE(0) !== BigInt(number))
      throw new PageDamage(`page ${number} is not the one that was written there`);
    const kind = flagsOfKinds.get((page.readUInt16LE(18) & kindFlags) as 1 | 2 | 4);
    if (kind === undefined) throw new PageDamage(`page ${number} is of no kind`);
    const body = page.subarray(headerBytes);
    if (kind === 'overflow') return { number, kind, nodes: 0, run: page.readUInt32LE(20), body };
    const [lower, upper] = [page.readUInt16LE(20), page.readUInt16LE(22)];
    if (lower % 2 !== 0 || lower === 0 || lower > upper || upper > body.length)
      throw new PageDamage(`page ${number} is damaged`);
    return { number, kind, nodes: lower / 2, run: 1, body };
  }

  /** What stands in an overflow page and those that follow it. */
  run(first: number, bytes: number): Buffer {
    return this.#read(first * this.pageBytes + headerBytes, bytes);
  }

  /** Commits write their page in turn: of one that was lost or changed, the other one tells. */
  #newestMeta(): MetaPage {
    const metas = [0, 1].map((number) => {
      const page = this.#read(number * this.pageBytes, headerBytes + metaBytes);
      if (requireMeta(page) !== this.pageBytes)
        throw new PageDamage('its first two pages do not agree');
      return readMeta(page.subarray(headerBytes));
    });
    const [even, odd] = metas as [MetaPage, MetaPage];
    const isNew = even.txn === 0 && odd.txn === 0;
    const follow = even.txn % 2 === 0 && odd.txn % 2 === 1 && Math.abs(even.txn - odd.txn) === 1;
    if (!isNew && !follow)
      throw new PageDamage(`its first two pages are of commits ${even.txn} and ${odd.txn}`);
    const [newest, older] = even.txn > odd.txn ? [even, odd] : [odd, even];
    this.#requireNewest(newest, older);
    if (newest.lastPage * this.pageBytes > this.#fileBytes + unwrittenBytesMax)
      throw new PageDamage(`it says to have ${newest.lastPage + 1} pages`);
    return newest;
  }

  /**
   * Numbers that follow each other are not enough: with one bit of either flipped, the commit before
   * the last one would be the newest, and is still as whole as it was. But every page tells the
   * commit that wrote it, and each commit writes at least the row that counts it, and so the root of
   * the rows. Of the older one nothing more is asked: its pages are free, and need not be whole.
   */
  #requireNewest(newest: MetaPage, older: MetaPage): void {
    const byNewest = this.#writerOfRows(newest) ?? newest.txn;
    const byOlder = this.#writerOfRows(older) ?? older.txn;
    if (byNewest !== newest.txn || byOlder > older.txn)
      throw new PageDamage(`its first two pages are not of commits ${newest.txn} and ${older.txn}`);
  }

  /** The commit that wrote their root; undefined where there is none, or something else. */
  #writerOfRows({ rows }: MetaPage): number | undefined {
    if (rows.page === undefined) return undefined;
    const at = rows.page * this.pageBytes;
    if (at + this.pageBytes > this.#fileBytes) return undefined;
    const root = this.#read(at, this.pageBytes);
    return root.readBigUInt64LE(0) === BigInt(rows.page)
      ? Number(root.readBigUInt64LE(8))
      : undefined;
  }

  /** Nothing is taken from memory for what the file is too short to have. */
  #read(at: number, bytes: number): Buffer {
    if (at + bytes > this.#fileBytes) throw this.#missing(at);
    if (bytes > windowBytes) {
      const long = Buffer.allocUnsafe(bytes);
      return this.#require(at, bytes, long.subarray(0, readFully(this.#fd, long, at)));
    }
    if (at < this.#windowAt || at + bytes > this.#windowEnd) {
      this.#windowAt = at;
      this.#windowEnd = at + readFully(this.#fd, this.#window, at);
    }
    const read = this.#window.subarray(0, this.#windowEnd - this.#windowAt);
    return this.#require(at, bytes, read.subarray(at - this.#windowAt).subarray(0, bytes));
  }

  #require(at: number, bytes: number, read: Buffer): Buffer {
    if (read.length === bytes) return read;
    throw this.#missing(at);
  }

  #missing(at: number): PageDamage {
    const { size } = fstatSync(this.#fd);
    return new PageDamage(`it ends at byte ${size}, and what stands at byte ${at} is missing`);
  }
}

/** @returns the size of all pages */
function requireMeta(page: Buffer): number {
  const isMeta =
    (page.readUInt16LE(18) & kindFlags) === metaFlag &&
    page.readUInt32LE(headerBytes) === magic &&
    (page.readUInt32LE(headerBytes + 4) & 0xffff) === formatVersion;
  const pageBytes = page.readUInt32LE(headerBytes + 24);
  if (!isMeta || pageBytes < 256 || pageBytes > windowBytes || (pageBytes & (pageBytes - 1)) !== 0)
    throw new PageDamage('it does not begin as a table does');
  return pageBytes;
}

const readMeta = (meta: Buffer): MetaPage => ({
  free: readTree(meta.subarray(24)),
  rows: readTree(meta.subarray(24 + treeBytes)),
  lastPage: countAt(meta, 24 + 2 * treeBytes),
  txn: countAt(meta, 32 + 2 * treeBytes),
});

const readTree = (tree: Buffer): TreeRoot => ({
  flags: tree.readUInt16LE(4),
  depth: tree.readUInt16LE(6),
  branchPages: countAt(tree, 8),
  leafPages: countAt(tree, 16),
  overflowPages: countAt(tree, 24),
  entries: countAt(tree, 32),
  page: tree.readBigUInt64LE(40) === noPage ? undefined : countAt(tree, 40),
});

/** Numbers that no table comes to are told as what they are: damage. */
function countAt(bytes: Buffer, at: number): number {
  const count = Number(bytes.readBigUInt64LE(at));
  if (!Number.isSafeInteger(count)) throw new PageDamage('its first pages are damaged');
  return count;
}
