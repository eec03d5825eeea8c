import { copyFile, mkdtemp, readFile, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { RowKey, TableKey } from '../../src/domain/table-port.js';
import { LmdbTableStore } from '../../src/storage/lmdb-table-store.js';
import type { TableOpening } from '../../src/storage/table-opening.js';

let directory: string;
let table: string;
let mark: string;
/** Of which every table is large. */
const large: TableOpening = { readLaterAboveBytes: 0 };

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'reelkeep-closed-'));
  table = join(directory, 'table.mdb');
  mark = join(directory, 'cluster.json');
});

afterEach(() => rm(directory, { recursive: true }));

describe('a table that was closed whole', () => {
  it('is opened unread, as what it was', async () => {
    await (await writeInto(await openTable())).close();
    const { closed } = await readMark();

    const store = await openTable();

    expect(store.opened).toMatchObject({ isUnread: true, facts: closed.facts });
    expect(store.identity).toMatchObject({ epoch: 2, commit: 1 });
    await store.close();
  });

  it.each<[string, (() => Promise<void>) | undefined, TableOpening, string?]>([
    ['its file was touched', () => utimes(table, 1, 1), large],
    ['another file is in its place', () => replaceByCopy(), large],
    ['it is made again', undefined, { ...large, rebuild: true }],
    ['nobody would read it later', undefined, {}],
    ['another program opens it', undefined, large, '9.9.9'],
  ])('S11: is read first when %s', async (_, change, opening, program) => {
    await (await writeInto(await openTable())).close();
    await change?.();

    const store = await openTable(opening, program);

    expect(store.opened.isUnread).toBe(false);
    await store.close();
  });

  it('S11: is found damaged when it was damaged since', async () => {
    await (await writeInto(await openTable())).close();
    await writeFile(table, (await readFile(table)).subarray(0, -4096));

    await expect(openTable()).rejects.toMatchObject({ code: 'integrity' });
  });

  it('has no note while it is open, so that a process that dies of it reads it next', async () => {
    await (await writeInto(await openTable())).close();

    const store = await openTable();

    expect((await readMark()).closed).toBeUndefined();
    await store.close();
  });

  it('has a note again only when it has been read', async () => {
    await (await writeInto(await openTable())).close();
    const unread = await openTable();
    await unread.close();
    const first = await openTable();
    await first.close();
    const second = await openTable();
    second.noteRead();
    await second.close();

    const third = await openTable();

    const opened = [unread, first, second, third].map((store) => store.opened.isUnread);
    expect(opened).toEqual([true, false, true, true]);
    await third.close();
  });

  it('has none when it is small', async () => {
    await (await writeInto(await openTable({ readLaterAboveBytes: 1024 ** 3 }))).close();

    expect((await readMark()).closed).toBeUndefined();
  });
});

const openTable = (opening: TableOpening = large, program = '1.0.0'): Promise<LmdbTableStore> =>
  LmdbTableStore.open(directory, { opening, program });

const readMark = async () => JSON.parse(await readFile(mark, 'utf8'));

async function writeInto(store: LmdbTableStore): Promise<LmdbTableStore> {
  const key = 'x/a' as RowKey<unknown> & TableKey;
  store.transact((transaction) => transaction.apply([{ type: 'put', key, row: 'a' }]));
  return store;
}

/** Of the same bytes and times. */
async function replaceByCopy(): Promise<void> {
  const { atimeMs, mtimeMs } = await stat(table);
  await copyFile(table, `${table}.copy`);
  await utimes(`${table}.copy`, atimeMs / 1000, mtimeMs / 1000);
  await rename(`${table}.copy`, table);
}
