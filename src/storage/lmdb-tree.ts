/**
 * Walks one tree of an LMDB file in the order of its keys and checks that it is a tree: every
 * page where its parent says, as deep as all others, used once; keys in order and within the
 * bounds of the branches above; as many pages and entries as the file says.
 */
import { type LmdbPages, type Page, PageDamage, type TreeRoot } from './lmdb-pages.js';

export interface TreeWalk {
  readonly pages: LmdbPages;
  readonly root: TreeRoot;
  /** As `Buffer.compare`. */
  readonly compare: (a: Buffer, b: Buffer) => number;
  /** Told each page that the tree uses. */
  readonly onPage: (number: number) => void;
  /** Neither may be kept: the next row is read over them. */
  readonly onEntry: (key: Buffer, value: Buffer) => void;
}

const nodeHeaderBytes = 8;
const bigDataFlag = 0x01;
/** As in LMDB; a tree so deep has more rows than any disk. */
const depthMax = 32;
/** Of the node of a value on overflow pages: their first, a commit, their number. */
const overflowRefBytes = 24;

/** @throws PageDamage */
export function walkTree(walk: TreeWalk): void {
  new Walker(walk).run();
}

class Walker {
  readonly #walk: TreeWalk;
  readonly #found = { branchPages: 0, leafPages: 0, overflowPages: 0, entries: 0 };
  #last: Buffer | undefined;
  #lastBytes = Buffer.alloc(0);
  /** No key from here on may be less. */
  #floor: Buffer | undefined;

  constructor(walk: TreeWalk) {
    this.#walk = walk;
  }

  run(): void {
    const { root } = this.#walk;
    if (root.depth > depthMax) throw new PageDamage(`it has a tree of depth ${root.depth}`);
    if (root.page !== undefined) this.#visit(root.page, 1);
    const { branchPages, leafPages, overflowPages, entries } = this.#found;
    const isWhole =
      branchPages === root.branchPages &&
      leafPages === root.leafPages &&
      overflowPages === root.overflowPages &&
      entries === root.entries;
    if (!isWhole) throw new PageDamage('it does not have the pages and rows that it says');
  }

  #visit(number: number, depth: number): void {
    this.#walk.onPage(number);
    const page = this.#walk.pages.page(number);
    const isLowest = depth === this.#walk.root.depth;
    if (page.kind !== (isLowest ? 'leaf' : 'branch') || depth > this.#walk.root.depth)
      throw new PageDamage(`page ${number} is at a wrong place`);
    if (isLowest) this.#visitLeaf({ ...page, body: Buffer.from(page.body) });
    else this.#visitBranch({ ...page, body: Buffer.from(page.body) }, depth);
  }

  #visitBranch(page: Page, depth: number): void {
    this.#found.branchPages += 1;
    for (let index = 0; index < page.nodes; index += 1) {
      const at = nodeAt(page, index);
      const { body } = page;
      const key = body.subarray(at + nodeHeaderBytes, keyEnd(page, at));
      // The first one of a branch stands for everything that is less than the second.
      if (index > 0) {
        if (this.#last !== undefined && this.#walk.compare(this.#last, key) >= 0)
          throw new PageDamage(`page ${page.number} has keys out of order`);
        this.#floor = key;
      }
      this.#visit(body.readUInt32LE(at) + body.readUInt16LE(at + 4) * 2 ** 32, depth + 1);
    }
  }

  #visitLeaf(page: Page): void {
    this.#found.leafPages += 1;
    this.#found.entries += page.nodes;
    for (let index = 0; index < page.nodes; index += 1) {
      const at = nodeAt(page, index);
      const valueAt = keyEnd(page, at);
      const key = page.body.subarray(at + nodeHeaderBytes, valueAt);
      this.#requireOrder(page, key);
      this.#walk.onEntry(key, this.#valueOf(page, at, valueAt));
    }
  }

  #requireOrder(page: Page, key: Buffer): void {
    const { compare } = this.#walk;
    const isAfter = this.#last === undefined || compare(this.#last, key) < 0;
    const isWithin = this.#floor === undefined || compare(this.#floor, key) <= 0;
    if (!isAfter || !isWithin) throw new PageDamage(`page ${page.number} has keys out of order`);
    if (this.#lastBytes.length < key.length) this.#lastBytes = Buffer.alloc(2 * key.length);
    this.#last = this.#lastBytes.subarray(0, key.copy(this.#lastBytes));
    this.#floor = undefined;
  }

  #valueOf(page: Page, at: number, valueAt: number): Buffer {
    const { body } = page;
    const [bytes, flags] = [body.readUInt32LE(at), body.readUInt16LE(at + 4)];
    if (flags === 0) return slice(page, valueAt, bytes);
    if (flags !== bigDataFlag) throw new PageDamage(`page ${page.number} is damaged`);
    const ref = slice(page, valueAt, overflowRefBytes);
    return this.#overflow(Number(ref.readBigUInt64LE(0)), bytes);
  }

  #overflow(first: number, bytes: number): Buffer {
    const { pages, onPage } = this.#walk;
    onPage(first);
    const { kind, run, body } = pages.page(first);
    if (kind !== 'overflow' || run * pages.pageBytes < bytes + pages.pageBytes - body.length)
      throw new PageDamage(`page ${first} is at a wrong place`);
    for (let number = first + 1; number < first + run; number += 1) onPage(number);
    this.#found.overflowPages += run;
    return pages.run(first, bytes);
  }
}

function nodeAt(page: Page, index: number): number {
  const at = page.body.readUInt16LE(2 * index);
  if (at < 2 * page.nodes || at + nodeHeaderBytes > page.body.length)
    throw new PageDamage(`page ${page.number} is damaged`);
  return at;
}

function keyEnd(page: Page, at: number): number {
  const end = at + nodeHeaderBytes + page.body.readUInt16LE(at + 6);
  if (end > page.body.length) throw new PageDamage(`page ${page.number} is damaged`);
  return end;
}

function slice(page: Page, at: number, bytes: number): Buffer {
  if (at + bytes > page.body.length) throw new PageDamage(`page ${page.number} is damaged`);
  return page.body.subarray(at, at + bytes);
}
