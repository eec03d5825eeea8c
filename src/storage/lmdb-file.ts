/**
 * Reads an LMDB file from end to end: its rows, and which of its pages are free.
 *
 * A free page that holds rows is as bad as a row that is damaged: the next commit writes over it.
 */
import { LmdbPages, PageDamage } from './lmdb-pages.js';
import { walkTree } from './lmdb-tree.js';

/** Keys are numbers, and the file is no directory. */
const freeTreeFlags = 0x4008;
const firstPage = 2;

/**
 * @param onRow told each row in the order of keys; must not keep what it is given.
 * @throws PageDamage, and what `onRow` throws
 */
export function readLmdbFile(
  path: string,
  onRow: (key: Buffer, value: Buffer) => void,
): { readonly rows: number } {
  const pages = LmdbPages.open(path);
  try {
    const { free, rows, lastPage } = pages.meta;
    if (free.flags !== freeTreeFlags || rows.flags !== 0)
      throw new PageDamage('its first pages are damaged');
    const taken = new PageSet(lastPage);
    const onPage = (number: number): void => taken.add(number);
    walkTree({ pages, root: rows, compare: Buffer.compare, onPage, onEntry: onRow });
    const lists: Buffer[] = [];
    walkTree({
      pages,
      root: free,
      compare: compareNumbers,
      onPage,
      onEntry: (_, list) => void lists.push(Buffer.from(list)),
    });
    for (const list of lists) for (const page of freePages(list)) taken.add(page);
    return { rows: rows.entries };
  } finally {
    pages.close();
  }
}

/** Each page once. */
class PageSet {
  readonly #last: number;
  readonly #bits = new Map<number, Uint32Array>();

  constructor(last: number) {
    this.#last = last;
  }

  add(number: number): void {
    if (number < firstPage || number > this.#last)
      throw new PageDamage(`page ${number} is not one of its ${this.#last + 1} pages`);
    const block = Math.floor(number / bitsOfBlock);
    let words = this.#bits.get(block);
    if (words === undefined) {
      words = new Uint32Array(bitsOfBlock / 32);
      this.#bits.set(block, words);
    }
    const bit = number % bitsOfBlock;
    const [word, mask] = [bit >>> 5, 1 << (bit & 31)];
    if (((words[word] ?? 0) & mask) !== 0) throw new PageDamage(`page ${number} is used twice`);
    words[word] = (words[word] ?? 0) | mask;
  }
}

const bitsOfBlock = 1 << 20;

/**
 * A list of this LMDB: how many words follow, then page numbers; a negative word says that the
 * next one begins a run of so many, and zeros stand for nothing.
 */
function* freePages(list: Buffer): Generator<number> {
  const words = list.length >= 8 ? Number(list.readBigInt64LE(0)) : -1;
  if (words < 0 || (words + 1) * 8 > list.length)
    throw new PageDamage('its list of free pages is damaged');
  let run = 1;
  for (let index = 1; index <= words; index += 1) {
    const word = Number(list.readBigInt64LE(index * 8));
    if (word > 0) for (let page = word; page < word + run; page += 1) yield page;
    run = word < 0 ? -word : 1;
  }
}

function compareNumbers(a: Buffer, b: Buffer): number {
  if (a.length !== 8 || b.length !== 8) throw new PageDamage('its list of free pages is damaged');
  const [left, right] = [a.readBigUInt64LE(0), b.readBigUInt64LE(0)];
  if (left === right) return 0;
  return left < right ? -1 : 1;
}
