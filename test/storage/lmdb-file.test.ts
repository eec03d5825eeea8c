import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { fileId } from '../../src/domain/ids.js';
import { fileKey } from '../../src/domain/table-keys.js';
import { readLmdbFile } from '../../src/storage/lmdb-file.js';
import { PageDamage } from '../../src/storage/lmdb-pages.js';
import { LmdbTableStore } from '../../src/storage/lmdb-table-store.js';
import { readTable } from '../../src/storage/read-table.js';

let directory: string;
let path: string;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'reelkeep-lmdb-'));
  path = join(directory, 'file.mdb');
});

afterEach(() => rm(directory, { recursive: true }));

describe('a file of LMDB', () => {
  it.each([1, 2, 3, 4])(
    'S11: is noticed when %i commits were made, and a bit of the number of either of the last two is another',
    async (commits) => {
      const whole = await aTable(commits);
      await writeFile(path, whole);
      expect(readTable(path)).toMatchObject({ commit: commits });

      for (const at of [commitAt, commitAt + storePageBytes])
        for (let bit = 0; bit < 64; bit += 1) {
          const flipped = Buffer.from(whole);
          flipped[at + (bit >> 3)] = (flipped[at + (bit >> 3)] ?? 0) ^ (1 << (bit & 7));
          await writeFile(path, flipped);

          expect(() => readTable(path), `bit ${bit} at ${at}`).toThrow(PageDamage);
        }
    },
  );

  it('S47: is not followed down a tree that is deeper than any', async () => {
    const depth = 60_000;
    const lastPage = depth + 1;
    const branches = Array.from({ length: depth - 1 }, (_, at) => branch(2 + at, 3 + at));
    await writeFile(path, file({ lastPage, depth }, ...branches, leaf(lastPage)));

    expect(read).toThrow(new PageDamage(`it has a tree of depth ${depth}`));
  });

  it('S47: takes no memory for pages and values that it is too short to have', async () => {
    const run = 2 ** 22 - 3;
    const longValue = leaf(2, { first: 3, bytes: run * pageBytes - 24 });
    const overflow = page(3, 4);
    overflow.writeUInt32LE(run, 20);
    const before = process.memoryUsage().arrayBuffers;

    await writeFile(path, file({ lastPage: 2 ** 22 }, longValue, overflow));
    expect(read).toThrow(/^it ends at byte 1024, and what stands at byte 792 is missing$/);
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(16 * 1024 ** 2);

    await writeFile(path, file({ lastPage: 2 ** 40 }, longValue, overflow));
    expect(read).toThrow(new PageDamage(`it says to have ${2 ** 40 + 1} pages`));
  });

  it('S47: is not read where no file can have a page', async () => {
    const root = Number.MAX_SAFE_INTEGER;
    await writeFile(path, file({ lastPage: root, root }));

    expect(read).toThrow(PageDamage);
  });

  it('is read when it is built as here', async () => {
    await writeFile(path, file({ lastPage: 3, depth: 2 }, branch(2, 3), leaf(3)));

    expect(read()).toEqual({ rows: 1 });
  });
});

/** In the first pages. */
const commitAt = 24 + 32 + 2 * 48;
const storePageBytes = 4096;

async function aTable(commits: number): Promise<Buffer> {
  const store = await LmdbTableStore.open(join(directory, 'table'));
  for (let commit = 0; commit < commits; commit += 1) {
    const key = fileKey(fileId(`${commit}`.repeat(32)));
    store.transact((transaction) => transaction.apply([{ type: 'put', key, row: { commit } }]));
  }
  await store.close();
  return await readFile(store.directory.table);
}

const read = () => readLmdbFile(path, () => undefined);

const pageBytes = 256;
const noPage = 2n ** 64n - 1n;

interface Told {
  readonly lastPage: number;
  readonly depth?: number;
  readonly root?: number;
}

/** Of one commit, the first, with one row. */
function file({ lastPage, depth = 1, root = 2 }: Told, ...pages: readonly Buffer[]): Buffer {
  const rows = tree({ flags: 0, depth, branches: depth - 1, leaves: 1, entries: 1, root });
  const nothing = tree({ flags: 0, depth: 0, branches: 0, leaves: 0, entries: 0 });
  return Buffer.concat([meta(0, 0n, nothing, 1), meta(1, 1n, rows, lastPage), ...pages]);
}

function meta(number: number, txn: bigint, rows: Buffer, lastPage: number): Buffer {
  const bytes = page(number, 8);
  const body = bytes.subarray(24);
  body.writeUInt32LE(0xbeefc0de, 0);
  body.writeUInt32LE(2, 4);
  const free = tree({ flags: 0x4008, depth: 0, branches: 0, leaves: 0, entries: 0 });
  free.writeUInt32LE(pageBytes, 0);
  free.copy(body, 24);
  rows.copy(body, 24 + 48);
  body.writeBigUInt64LE(BigInt(lastPage), 24 + 2 * 48);
  body.writeBigUInt64LE(txn, 32 + 2 * 48);
  return bytes;
}

interface Tree {
  readonly flags: number;
  readonly depth: number;
  readonly branches: number;
  readonly leaves: number;
  readonly entries: number;
  readonly root?: number;
}

function tree({ flags, depth, branches, leaves, entries, root }: Tree): Buffer {
  const bytes = Buffer.alloc(48);
  bytes.writeUInt16LE(flags, 4);
  bytes.writeUInt16LE(depth, 6);
  bytes.writeBigUInt64LE(BigInt(branches), 8);
  bytes.writeBigUInt64LE(BigInt(leaves), 16);
  bytes.writeBigUInt64LE(BigInt(entries), 32);
  bytes.writeBigUInt64LE(root === undefined ? noPage : BigInt(root), 40);
  return bytes;
}

/** Written by the first commit. */
function page(number: number, flags: number): Buffer {
  const bytes = Buffer.alloc(pageBytes);
  bytes.writeBigUInt64LE(BigInt(number), 0);
  bytes.writeBigUInt64LE(1n, 8);
  bytes.writeUInt16LE(flags, 18);
  return bytes;
}

function branch(number: number, child: number): Buffer {
  const bytes = withNode(page(number, 1), 8);
  bytes.writeUInt32LE(child, pageBytes - 8);
  return bytes;
}

/** With one row; its value is empty, or on pages of its own. */
function leaf(number: number, value?: { readonly first: number; readonly bytes: number }): Buffer {
  if (value === undefined) return withNode(page(number, 2), 8);
  const node = 8 + 24;
  const bytes = withNode(page(number, 2), node);
  bytes.writeUInt32LE(value.bytes, pageBytes - node);
  bytes.writeUInt16LE(1, pageBytes - node + 4);
  bytes.writeBigUInt64LE(BigInt(value.first), pageBytes - node + 8);
  return bytes;
}

/** Its only one, of so many bytes at its end, with an empty key. */
function withNode(bytes: Buffer, nodeBytes: number): Buffer {
  const at = pageBytes - 24 - nodeBytes;
  bytes.writeUInt16LE(2, 20);
  bytes.writeUInt16LE(at, 22);
  bytes.writeUInt16LE(at, 24);
  return bytes;
}
