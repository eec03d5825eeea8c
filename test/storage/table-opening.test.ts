import { copyFile, cp, mkdtemp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { open } from 'lmdb';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ReelkeepError } from '../../src/domain/errors.js';
import type { RowKey, TableKey } from '../../src/domain/table-port.js';
import { LmdbTableStore } from '../../src/storage/lmdb-table-store.js';
import { takeSnapshot } from '../../src/storage/table-snapshot-file.js';

let scratch: string;
let directory: string;
let table: string;

beforeEach(async () => {
  scratch = await mkdtemp(join(tmpdir(), 'reelkeep-opening-'));
  directory = join(scratch, 'master');
  table = join(directory, 'table.mdb');
});

afterEach(() => rm(scratch, { recursive: true }));

describe('a table that is not there any more', () => {
  it.each([
    ['deleted', () => rm(table), 'is missing'],
    ['emptied', () => writeFile(table, ''), 'is empty'],
    ['replaced by one that was never written', () => replaceByNew(), 'has no rows'],
  ])('is damage when it was %s', async (_, damage, told) => {
    const { clusterId } = await useTable('a');
    await damage();

    await expect(LmdbTableStore.open(directory)).rejects.toMatchObject({
      code: 'integrity',
      detail: expect.stringMatching(`${told}, and cluster.json .* ${clusterId}; .*--rebuild`),
    });
  });

  it('is damage when it is of another cluster', async () => {
    const { clusterId } = await useTable('a');
    const other = join(scratch, 'other');
    await (await LmdbTableStore.open(other)).close();
    await copyFile(join(other, 'table.mdb'), table);

    await expect(LmdbTableStore.open(directory)).rejects.toMatchObject({
      code: 'integrity',
      detail: expect.stringContaining(`it was that of ${clusterId}`),
    });
  });

  it.each([
    ['a snapshot', () => snapshot()],
    ['a table that was set aside', () => copyFile(table, `${table}.aside-20260101T000000.000Z`)],
  ])('is damage when %s is all that tells of it', async (_, leave) => {
    await useTable('a');
    await leave();
    await rm(join(directory, 'cluster.json'));
    await rm(table);

    await expect(LmdbTableStore.open(directory)).rejects.toMatchObject({ code: 'integrity' });
  });

  it('is told with the newest snapshot that is sound', async () => {
    await useTable('a');
    const sound = await snapshot();
    await useTable('b');
    const rotten = join(directory, 'snapshots', await snapshot());
    await writeFile(rotten, (await readFile(rotten)).subarray(0, 9000));
    await rm(table);

    await expect(LmdbTableStore.open(directory)).rejects.toMatchObject({
      detail: expect.stringContaining(`start with --restore ${sound}, which knows 0 files`),
    });
  });
});

describe('a directory whose first start was cut short', () => {
  it.each([
    ['before the table was made', () => rm(table)],
    ['when the table was an empty file', () => writeFile(table, '')],
    ['when the table had no rows yet', () => replaceByNew()],
    ['while the mark was written', () => writeFile(join(directory, 'cluster.json.tmp'), '{"for')],
    ['before the mark was written', async () => undefined],
  ])('starts %s', async (_, undo) => {
    await useTable('a');
    await rm(join(directory, 'cluster.json'));
    await undo();

    const { clusterId } = await useTable('b');

    const mark = JSON.parse(await readFile(join(directory, 'cluster.json'), 'utf8'));
    expect(mark).toEqual({ format: 1, clusterId });
    expect((await readdir(directory)).sort()).toEqual(
      ['cluster.json', 'table.lock', 'table.mdb', 'table.mdb-lock'].sort(),
    );
  });

  it('is refused when its mark is damaged', async () => {
    await useTable('a');
    await writeFile(join(directory, 'cluster.json'), '{"format":2}');

    await expect(LmdbTableStore.open(directory)).rejects.toMatchObject({ code: 'integrity' });
  });
});

describe('restoring a snapshot', () => {
  it.each([
    ['damaged', async () => writeFile(table, (await readFile(table)).fill(0, 0, 4096))],
    ['emptied', async () => writeFile(table, '')],
    ['deleted', async () => rm(table)],
  ])('puts it in the place of a table that was %s', async (_, damage) => {
    await useTable('a');
    const name = await snapshot();
    await useTable('b');
    await damage();
    const bad = await readFile(table).catch(() => undefined);

    const store = await restore(name);

    const { restored } = store.opened;
    expect(restored).toMatchObject({ type: 'restored', snapshot: name });
    expect(store.identity).toMatchObject({ epoch: 2, commit: 1 });
    expect(namesIn(store)).toEqual(['a']);
    await store.close();
    const [aside] = (await readdir(directory)).filter((file) => file.includes('.aside-'));
    expect(aside && (await readFile(join(directory, aside)))).toEqual(bad);
  });

  it('takes the latest that is sound, a path, or a new directory', async () => {
    await useTable('a');
    const name = await snapshot();
    await writeFile(join(directory, 'snapshots', name.replace(/^2/, '3')), 'not a table');
    const path = join(scratch, 'elsewhere.mdb');
    await copyFile(join(directory, 'snapshots', name), path);
    await rm(table);

    const latest = await restore('latest');
    await latest.close();
    directory = join(scratch, 'new');
    const moved = await restore(path);

    expect(latest.opened.restored).toMatchObject({ snapshot: name });
    expect(moved.opened.restored).toMatchObject({ snapshot: 'elsewhere.mdb' });
    expect(moved.identity.clusterId).toBe(latest.identity.clusterId);
    expect(namesIn(moved)).toEqual(['a']);
    await moved.close();
  });

  it('is done once, however often the master is started with the same words', async () => {
    await useTable('a');
    await snapshot();
    await rm(table);
    await (await restore('latest')).close();
    await useTable('b');
    await snapshot();

    const again = await restore('latest');

    expect(again.opened.restored).toMatchObject({ type: 'already restored' });
    expect(namesIn(again)).toEqual(['a', 'b']);
    await again.close();
    expect((await readdir(directory)).filter((file) => file.includes('.aside-'))).toEqual([]);
  });

  it('is done again when the table is damaged again', async () => {
    await useTable('a');
    await snapshot();
    await rm(table);
    await (await restore('latest')).close();
    await writeFile(table, 'rot');

    const again = await restore('latest');

    expect(again.opened.restored).toMatchObject({ type: 'restored' });
    await again.close();
  });

  it('leaves no copy of the snapshot behind when it was cut short and is not asked for again', async () => {
    await useTable('a');
    await copyFile(table, `${table}.restoring`);

    await useTable('b');

    expect(await readdir(directory)).not.toContain('table.mdb.restoring');
  });

  it.each([
    ['before the table was set aside', async () => undefined],
    ['when the table was set aside', () => rename(table, `${table}.aside-20260101T000000.000Z`)],
    [
      'before it was written down',
      async (name: string) => {
        await copyFile(join(directory, 'snapshots', name), table);
      },
    ],
  ])('goes on when it was cut short %s', async (_, progress) => {
    await useTable('a');
    const name = await snapshot();
    await writeFile(table, 'rot');
    await copyFile(join(directory, 'snapshots', name), `${table}.restoring`);
    await progress(name);

    const store = await restore('latest');

    expect(namesIn(store)).toEqual(['a']);
    await store.close();
    const mark = JSON.parse(await readFile(join(directory, 'cluster.json'), 'utf8'));
    expect(mark.restored).toEqual({ asked: 'latest', snapshot: name });
    const again = await restore('latest');
    expect(again.opened.restored).toMatchObject({ type: 'already restored' });
    await again.close();
  });

  it('is refused, and changes nothing, when the table is sound', async () => {
    await useTable('a');
    const name = await snapshot();
    await useTable('b');
    const before = await readFile(table);

    await expect(restore(name)).rejects.toMatchObject({
      code: 'conflict',
      detail: expect.stringContaining('is sound'),
    });

    expect(await readFile(table)).toEqual(before);
  });

  it('is refused, and changes nothing, when the snapshot is wrong', async () => {
    await useTable('a');
    const other = join(scratch, 'other');
    await (await LmdbTableStore.open(other)).close();
    await snapshot();
    const cut = join(directory, 'snapshots', 'cut.mdb');
    await writeFile(cut, (await readFile(table)).subarray(0, 3 * 4096));
    await writeFile(table, 'rot');
    await cp(directory, join(scratch, 'before'), { recursive: true });

    const codes: string[] = [];
    for (const asked of [join(other, 'table.mdb'), 'cut.mdb', 'absent.mdb'])
      await restore(asked).catch(({ code }: ReelkeepError) => codes.push(code));

    expect(codes).toEqual(['usage', 'integrity', 'not-found']);
    expect(await readFile(table, 'utf8')).toBe('rot');
    expect((await readdir(directory)).sort()).toEqual(
      (await readdir(join(scratch, 'before'))).sort(),
    );
  });
});

/** Opens it, writes one row, closes it. */
async function useTable(name: string): Promise<LmdbTableStore['identity']> {
  const store = await LmdbTableStore.open(directory);
  const key = `x/${name}` as RowKey<unknown> & TableKey;
  store.transact((transaction) => transaction.apply([{ type: 'put', key, row: name }]));
  await store.close();
  return store.identity;
}

const restore = (asked: string): Promise<LmdbTableStore> =>
  LmdbTableStore.open(directory, { opening: { restore: asked } });

/** Of a table that nobody has open. */
async function snapshot(): Promise<string> {
  const place = { path: directory, table, snapshots: join(directory, 'snapshots') };
  return (await takeSnapshot(place, 8)).name;
}

const namesIn = (store: LmdbTableStore): readonly unknown[] =>
  store.transact((transaction) =>
    transaction.range({ start: 'x/' as RowKey<unknown>, end: 'x0' as RowKey<unknown> }, 100),
  );

/** As LMDB makes it, without a commit. */
async function replaceByNew(): Promise<void> {
  await rm(table);
  await rm(`${table}-lock`);
  await open(table, { overlappingSync: false }).close();
}
