import { spawnSync } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ReelkeepError } from '../../src/domain/errors.js';
import type { RowKey, TableKey, TableWrite } from '../../src/domain/table-port.js';
import { PageDamage } from '../../src/storage/lmdb-pages.js';
import { LmdbTableStore } from '../../src/storage/lmdb-table-store.js';
import { readTable } from '../../src/storage/read-table.js';
import { seed } from '../seed.js';

const pageBytes = 4096;
/** Bytes of the file: a few are rows over several pages, many are pages that are free by now. */
let whole: Buffer;
let directory: string;
let damagedPath: string;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'reelkeep-lmdb-'));
  damagedPath = join(directory, 'damaged.mdb');
  const store = await LmdbTableStore.open(join(directory, 'table'));
  for (let batch = 0; batch < 40; batch += 1)
    store.transact((transaction) => transaction.apply(churn(batch)));
  await store.close();
  whole = await readFile(join(directory, 'table', 'table.mdb'));
}, 60_000);

afterAll(() => rm(directory, { recursive: true }));

type Damage = (bytes: Buffer) => Buffer;

const flip = fc.record({ at: fc.nat(), bit: fc.nat(7) }).map<Damage>(({ at, bit }) => (bytes) => {
  const byte = at % bytes.length;
  bytes[byte] = (bytes[byte] ?? 0) ^ (1 << bit);
  return bytes;
});
const overwrite = fc
  .record({ page: fc.nat(), bytes: fc.uint8Array({ minLength: 1, maxLength: 64 }) })
  .map<Damage>(({ page, bytes: fill }) => (bytes) => {
    const at = (page % (bytes.length / pageBytes)) * pageBytes;
    return bytes.fill(fill, at, at + pageBytes);
  });
const swap = fc.tuple(fc.nat(), fc.nat()).map<Damage>(([left, right]) => (bytes) => {
  const [a, b] = [left, right].map((page) => (page % (bytes.length / pageBytes)) * pageBytes);
  const [at, to] = [a ?? 0, b ?? 0];
  const kept = Buffer.from(bytes.subarray(at, at + pageBytes));
  bytes.copy(bytes, at, to, to + pageBytes);
  kept.copy(bytes, to);
  return bytes;
});
const truncate = fc
  .nat()
  .map<Damage>((length) => (bytes) => bytes.subarray(0, length % bytes.length));

describe('a table that was damaged', () => {
  it('S11: is noticed, or its rows are whole and LMDB goes on writing it', {
    timeout: 300_000,
  }, async () => {
    const rows = await rowsOf(whole);
    const found = { noticed: 0, harmless: 0 };

    await fc.assert(
      fc.asyncProperty(fc.oneof(flip, overwrite, swap, truncate), async (damage) => {
        const bytes = damage(Buffer.from(whole));
        if (await isNoticed(bytes)) {
          found.noticed += 1;
          return;
        }
        found.harmless += 1;
        expect(await rowsOf(bytes)).toBe(rows);
        expect(readTable(damagedPath)).toMatchObject({ rows: expect.any(Number) });
      }),
      { seed, numRuns: 60 },
    );

    expect(found.noticed).toBeGreaterThan(10);
  });

  it('S11: is noticed whichever of its pages is overwritten, but for those that are free', async () => {
    const used: number[] = [];
    for (let page = 0; page < whole.length / pageBytes; page += 1) {
      const bytes = Buffer.from(whole).fill(7, page * pageBytes, (page + 1) * pageBytes);
      if (await isNoticed(bytes)) used.push(page);
    }

    const { free } = await pagesOf(whole);
    expect(used.length + free).toBe(whole.length / pageBytes);
  });
});

async function isNoticed(bytes: Buffer): Promise<boolean> {
  await writeFile(damagedPath, bytes);
  try {
    readTable(damagedPath);
    return false;
  } catch (error) {
    if (error instanceof PageDamage || error instanceof ReelkeepError) return true;
    throw error;
  }
}

/** A digest of all rows as LMDB reads them, after which it writes some and takes them away, in a process that may die of it. */
async function rowsOf(bytes: Buffer): Promise<string> {
  await writeFile(damagedPath, bytes);
  const { status, signal, stdout, stderr } = spawnSync(
    process.execPath,
    ['--input-type=module', '-e', readAndWrite, damagedPath],
    { cwd: process.cwd(), encoding: 'utf8' },
  );
  expect({ status, signal, stderr }).toEqual({ status: 0, signal: null, stderr: '' });
  return stdout;
}

const readAndWrite = `
  import { createHash } from 'node:crypto';
  import { open } from 'lmdb';
  const path = process.argv[1];
  const database = open(path, {
    encoding: 'binary', keyEncoding: 'binary', mapSize: 1024 ** 4, overlappingSync: false });
  const hash = createHash('sha256');
  for (const { key, value } of database.getRange()) hash.update(key).update(value);
  for (const size of [10, 100, 1000, 10000])
    for (let batch = 0; batch < 5; batch += 1) {
      const key = (index) => Buffer.from('x/' + size + '-' + batch + '-' + index);
      database.transactionSync(() => {
        for (let index = 0; index < 10; index += 1) database.putSync(key(index), Buffer.alloc(size)); });
      database.transactionSync(() => {
        for (let index = 0; index < 10; index += 1) database.removeSync(key(index)); });
    }
  await database.close();
  process.stdout.write(hash.digest('hex'));`;

/** How many pages are free, as LMDB counts them. */
async function pagesOf(bytes: Buffer): Promise<{ readonly free: number }> {
  await writeFile(damagedPath, bytes);
  const { stdout } = spawnSync(
    process.execPath,
    ['--input-type=module', '-e', countFree, damagedPath],
    { cwd: process.cwd(), encoding: 'utf8' },
  );
  return { free: Number(stdout) };
}

const countFree = `
  import { statSync } from 'node:fs';
  import { open } from 'lmdb';
  const database = open(process.argv[1], { encoding: 'binary', keyEncoding: 'binary', readOnly: true });
  const { free, root } = database.getStats();
  const of = (tree) => tree.treeBranchPageCount + tree.treeLeafPageCount + tree.overflowPages;
  process.stdout.write(String(statSync(process.argv[1]).size / 4096 - 2 - of(free) - of(root)));`;

function churn(batch: number): TableWrite[] {
  return Array.from({ length: 30 }, (_, index) => {
    const number = (batch * 37 + index * 11) % 400;
    const key = `f/${number}` as RowKey<unknown> & TableKey;
    if ((batch + index) % 3 === 0) return { type: 'remove', key };
    return { type: 'put', key, row: 'x'.repeat(number % 50 === 0 ? 9000 : number) };
  });
}
