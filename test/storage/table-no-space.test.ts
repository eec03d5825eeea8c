import { mkdir, readdir, rm, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import type { RowKey, TableKey, TableWrite } from '../../src/domain/table-port.js';
import { LmdbTableStore } from '../../src/storage/lmdb-table-store.js';
import { readTable } from '../../src/storage/read-table.js';
import { takeSnapshot } from '../../src/storage/table-snapshot-file.js';
import { fill, mountSmallDisk, unmount } from './a-small-disk.js';

const mebibyte = 1024 * 1024;
const disk = mountSmallDisk(32 * mebibyte);

describe.skipIf(disk === undefined)('a table whose disk is full', () => {
  const root = disk ?? '';
  afterAll(() => unmount(disk));

  it('L13: refuses what would write, reads on, and writes again when there is room', async () => {
    const store = await LmdbTableStore.open(join(root, 'a'));
    write(store, 'a');
    await writeFile(join(root, 'junk'), Buffer.alloc(20 * mebibyte));

    for (let tries = 0; tries < 3; tries += 1)
      expect(() => write(store, 'b')).toThrow(expect.objectContaining({ code: 'no-space' }));
    expect(namesIn(store)).toEqual(['a']);
    await rm(join(root, 'junk'));
    write(store, 'c');

    expect(namesIn(store)).toEqual(['a', 'c']);
    expect(store.identity.commit).toBe(2);
    await store.close();
    expect(readTable(join(root, 'a', 'table.mdb'))).toMatchObject({ commit: 2, rows: 2 });
  });

  it('L8: is opened all the same, for one commit and for reads', async () => {
    const before = await LmdbTableStore.open(join(root, 'd'));
    write(before, 'a');
    await before.close();
    await writeFile(join(root, 'junk'), Buffer.alloc(20 * mebibyte));

    const store = await LmdbTableStore.open(join(root, 'd'));
    write(store, 'b');

    expect(() => write(store, 'c')).toThrow(expect.objectContaining({ code: 'no-space' }));
    expect(namesIn(store)).toEqual(['a', 'b']);
    await store.close();
    await rm(join(root, 'junk'));
  });

  it('S10: keeps what was committed when a commit finds no room on its way', async () => {
    const store = await LmdbTableStore.open(join(root, 'b'));
    write(store, 'a');
    const large = Array.from({ length: 40 }, (_, index) => put(`b${index}`, 'x'.repeat(mebibyte)));

    expect(() => store.transact((transaction) => transaction.apply(large))).toThrow(
      expect.objectContaining({ code: expect.stringMatching('no-space|unavailable') }),
    );
    await store.close();
    // What was written of it lies behind the end of the table, and its room is not given back.
    const again = await LmdbTableStore.open(join(root, 'b'));

    expect(namesIn(again)).toEqual(['a']);
    expect(again.identity).toMatchObject({ epoch: 2, commit: 1 });
    await again.close();
    await rm(join(root, 'b'), { recursive: true });
  });

  it('takes no snapshot, says so, and leaves nothing of it behind', async () => {
    const store = await LmdbTableStore.open(join(root, 'c'));
    write(store, 'a');
    await mkdir(join(root, 'c', 'snapshots'));
    await fill(join(root, 'junk'));

    await expect(takeSnapshot(store.directory, 8)).rejects.toMatchObject({ code: 'no-space' });
    expect(await readdir(join(root, 'c', 'snapshots'))).toEqual([]);

    await truncate(join(root, 'junk'), 0);
    const { name } = await takeSnapshot(store.directory, 8);
    expect(await readdir(join(root, 'c', 'snapshots'))).toEqual([name]);
    await store.close();
  });
});

function write(store: LmdbTableStore, name: string): void {
  store.transact((transaction) => transaction.apply([put(name, name)]));
}

const put = (name: string, row: string): TableWrite => ({
  type: 'put',
  key: `x/${name}` as RowKey<unknown> & TableKey,
  row,
});

const namesIn = (store: LmdbTableStore): readonly unknown[] =>
  store.transact((transaction) =>
    transaction.range({ start: 'x/' as RowKey<unknown>, end: 'x0' as RowKey<unknown> }, 100),
  );
