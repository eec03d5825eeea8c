import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { RowKey, TableKey, TableWrite } from '../../src/domain/table-port.js';
import { LmdbTableStore } from '../../src/storage/lmdb-table-store.js';
import type { TableStore } from '../../src/storage/table-store.js';
import { MemoryTableDisk, MemoryTableStore } from '../simulation/memory-table-store.js';

/** What the behavior relies on, asked of the store and of its false twin. */
describe.each(['LMDB', 'memory'] as const)('the table store in %s', (kind) => {
  let directory: string;
  let disk: MemoryTableDisk;
  let store: TableStore;

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'reelkeep-table-'));
    disk = new MemoryTableDisk();
    store = await open();
  });

  afterEach(async () => {
    await store.close();
    await rm(directory, { recursive: true });
  });

  it('reads its own writes within a transaction and keeps them after it', () => {
    const seen = store.transact((transaction) => {
      transaction.apply([put('a', { value: 1 })]);
      return transaction.get(key('a'));
    });

    expect(seen).toEqual({ value: 1 });
    expect(read('a')).toEqual({ value: 1 });
  });

  it('keeps nothing of a transaction that throws', () => {
    store.transact((transaction) => transaction.apply([put('a', 1), put('b', 1)]));

    const attempt = () =>
      store.transact((transaction) => {
        transaction.apply([put('a', 2), remove('b'), put('c', 2)]);
        throw new Error('no');
      });

    expect(attempt).toThrow('no');
    expect(['a', 'b', 'c'].map(read)).toEqual([1, 1, undefined]);
    expect(store.identity.commit).toBe(1);
  });

  it('ranges over keys in the order of their bytes, without the end, up to the limit', () => {
    const names = ['n/\x00', 'n/a', 'n/ab', 'n/b', 'n/\xff', 'o/a', 'm/z'];
    store.transact((transaction) => transaction.apply(names.map((name) => put(name, name))));

    const range = { start: key('n/'), end: key('n0') };
    const [all, two, none] = store.transact((transaction) => {
      transaction.apply([remove('n/b')]);
      return [10, 2, 0].map((limit) => transaction.range(range, limit));
    });

    expect(all).toEqual(['n/\x00', 'n/a', 'n/ab', 'n/\xff']);
    expect(two).toEqual(['n/\x00', 'n/a']);
    expect(none).toEqual([]);
  });

  it('holds a key as long as the longest name', () => {
    const long = `n/${'\xff'.repeat(1024)}`;

    store.transact((transaction) => transaction.apply([put(long, 1)]));

    expect(read(long)).toBe(1);
  });

  it('counts a commit for each transaction that wrote, and an epoch for each opening', async () => {
    store.transact((transaction) => transaction.apply([put('a', 1)]));
    store.transact((transaction) => transaction.get(key('a')));
    store.transact((transaction) => transaction.apply([put('a', 2), put('b', 2)]));
    const before = store.identity;

    await reopen();

    expect(before).toMatchObject({ epoch: 1, commit: 2 });
    expect(store.identity).toEqual({ ...before, epoch: 2 });
    expect(read('a')).toBe(2);
  });

  it('opens again after rows were written over and removed', async () => {
    store.transact((transaction) => transaction.apply([put('a', 1), put('b', 1), put('a', 2)]));
    store.transact((transaction) => transaction.apply([remove('b'), remove('never')]));

    await reopen();

    expect(['a', 'b'].map(read)).toEqual([2, undefined]);
  });

  it('shares no row with those who read or write it', () => {
    const row = { value: [1] };
    store.transact((transaction) => transaction.apply([put('a', row)]));

    row.value.push(2);

    expect(read('a')).toEqual({ value: [1] });
  });

  async function open(): Promise<TableStore> {
    return kind === 'LMDB' ? LmdbTableStore.open(directory) : new MemoryTableStore(disk);
  }

  async function reopen(): Promise<void> {
    await store.close();
    store = await open();
  }

  function read(name: string): unknown {
    return store.transact((transaction) => transaction.get(key(name)));
  }
});

const key = (name: string) => name as RowKey<unknown> & TableKey;
const put = (name: string, row: unknown): TableWrite => ({ type: 'put', key: key(name), row });
const remove = (name: string): TableWrite => ({ type: 'remove', key: key(name) });
