import { copyFile, mkdtemp, open, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { RowKey, TableKey, TableWrite } from '../../src/domain/table-port.js';
import type { SnapshotNews, SnapshotPolicy } from '../../src/domain/table-snapshot.js';
import { type LmdbTableOptions, LmdbTableStore } from '../../src/storage/lmdb-table-store.js';
import { readTable } from '../../src/storage/read-table.js';
import { nameSnapshot, parseSnapshotName } from '../../src/storage/snapshot-name.js';
import { takeSnapshot } from '../../src/storage/table-snapshot-file.js';
import { TableSnapshots } from '../../src/storage/table-snapshots.js';

let directory: string;
const stores: LmdbTableStore[] = [];

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'reelkeep-snapshots-'));
});

afterEach(async () => {
  for (const store of stores.splice(0)) await store.close();
  await rm(directory, { recursive: true });
});

describe('the name of a snapshot', () => {
  it('says what it is', () => {
    const name = '20260102T030405.678Z-e3-c1207-f42.mdb';

    const snapshot = parseSnapshotName(name);

    expect(snapshot).toMatchObject({ name, epoch: 3, commit: 1207, files: 42 });
    expect(snapshot && nameSnapshot(snapshot)).toEqual(snapshot);
  });

  it.each([
    'snapshot.tmp',
    '20260102T030405.678Z-e3-c1207-f42.mdb-lock',
    '20269902T030405.678Z-e3-c1207-f42.mdb',
    'holiday.mp4',
  ])('is not %s', (name) => {
    expect(parseSnapshotName(name)).toBeUndefined();
  });
});

describe('a snapshot', () => {
  it('is the table as it was committed, while commits go on', async () => {
    const store = await openStore();
    fill(store, 0, 200);
    let taken = false;
    const taking = takeSnapshot(store.directory, 8).finally(() => {
      taken = true;
    });

    let batches = 200;
    while (!taken) {
      fill(store, batches, batches + 1);
      batches += 1;
      await new Promise(setImmediate);
    }
    const snapshot = await taking;

    const facts = readTable(join(directory, 'snapshots', snapshot.name));
    expect(facts).toMatchObject({ epoch: 1, commit: snapshot.commit, rows: snapshot.commit });
    expect(snapshot.commit).toBeGreaterThanOrEqual(200);
    expect(store.identity.commit).toBe(batches);
    expect(await readdir(join(directory, 'snapshots'))).toEqual([snapshot.name]);
  });

  it('leaves nothing behind and the others alone when it is given up', async () => {
    const store = await openStore();
    fill(store, 0, 1);
    const first = await takeSnapshot(store.directory, 1);
    const giveUp = new AbortController();

    const taking = takeSnapshot(store.directory, 1, giveUp.signal);
    giveUp.abort();

    await expect(taking).rejects.toMatchObject({ code: 'unavailable' });
    expect(await readdir(join(directory, 'snapshots'))).toEqual([first.name]);
  });

  it('of a table that rots while it is in use is not kept', async () => {
    const store = await openStore();
    fill(store, 0, 1);
    const bytes = await readFile(store.directory.table);
    await writeFile(
      store.directory.table,
      Buffer.from(bytes.toString('latin1').replaceAll('the row', 'The row'), 'latin1'),
      { flag: 'r+' },
    );

    await expect(takeSnapshot(store.directory, 1)).rejects.toMatchObject({
      code: 'integrity',
      detail: expect.stringContaining('its checksum does not match'),
    });

    expect(await readdir(join(directory, 'snapshots'))).toEqual([]);
  });

  it('is taken before another version of the program opens the table', async () => {
    const former = await openStore({ program: '0.0.1' });
    fill(former, 0, 3);
    await former.close();

    const same = await openStore({ program: '0.0.1' });
    await same.close();
    expect(await readdir(directory)).not.toContain('snapshots');
    await openStore({ program: '0.0.2' });

    expect((await readdir(join(directory, 'snapshots'))).map(parseSnapshotName)).toEqual([
      expect.objectContaining({ epoch: 2, commit: 3 }),
    ]);
  });

  it('is pushed out by count', async () => {
    const store = await openStore();
    const names: string[] = [];
    for (let batch = 0; batch < 3; batch += 1) {
      fill(store, batch, batch + 1);
      names.push((await takeSnapshot(store.directory, 1)).name);
    }

    expect(await readdir(join(directory, 'snapshots'))).toEqual([names[2]]);
  });
});

describe('snapshots on a schedule', () => {
  it('are taken when something was committed since the last one', async () => {
    const store = await openStore();
    fill(store, 0, 1);

    const { news, next } = await schedule(store, { everyMs: 10, kept: 8 });
    expect(news()).toEqual({});
    const first = await next();
    fill(store, 1, 2);
    const second = await next();

    expect([first.last?.commit, second.last?.commit]).toEqual([1, 2]);
    const names = await readdir(join(directory, 'snapshots'));
    expect(names.map((name) => parseSnapshotName(name)?.commit)).toEqual([1, 2]);
  });

  it('tell why one failed, and take it at a later turn', async () => {
    const store = await openStore();
    fill(store, 0, 1);
    const inTheWay = join(directory, 'snapshots');
    await writeFile(inTheWay, '');

    const { news, next } = await schedule(store, { everyMs: 10, kept: 8 });
    const found = news();
    const failed = await next();
    await rm(inTheWay);
    let told = await next();
    while (told.failure !== undefined) told = await next();

    for (const { last, failure } of [found, failed]) {
      expect(last).toBeUndefined();
      expect(failure?.reason).toContain('not a directory');
    }
    expect(told).toEqual({ last: expect.objectContaining({ commit: 1 }) });
  });

  it('begin with what a killed master left half done out of the way', async () => {
    const store = await openStore();
    fill(store, 0, 1);
    const { name } = await takeSnapshot(store.directory, 8);
    await copyFile(store.directory.table, join(directory, 'snapshots', 'snapshot.tmp'));

    const { news } = await schedule(store, { everyMs: 'off', kept: 8 });

    expect(news()).toMatchObject({ last: { name } });
    expect(await readdir(join(directory, 'snapshots'))).toEqual([name]);
  });
});

describe('the first snapshot of a table that was opened unread', () => {
  const never = { everyMs: 86_400_000, kept: 8 };

  it('is taken at once, though nothing has been committed since the last one', async () => {
    const store = await openStore();
    fill(store, 0, 1);
    await takeSnapshot(store.directory, 8);

    const { judgement, next } = await schedule(store, never, true);

    expect(await judgement()).toBe('sound');
    expect(await next()).toMatchObject({ last: { commit: 1 } });
  });

  it('S11: tells that it is damaged', async () => {
    const store = await openStore();
    fill(store, 0, 100);
    await flipBytesOfRows(store.directory.table);

    const { judgement } = await schedule(store, never, true);

    expect(await judgement()).toMatch(/came out damaged: row .* its checksum does not match/);
  });
});

/** Its news one after the other; stopped with its store. */
async function schedule(store: LmdbTableStore, policy: SnapshotPolicy, isUnread = false) {
  const judged: string[] = [];
  const told: SnapshotNews[] = [];
  let wake = (): void => undefined;
  const snapshots = await TableSnapshots.start({
    place: store.directory,
    policy,
    isNew: false,
    isUnread,
    onSound: () => judged.push('sound'),
    onDamage: ({ detail }) => {
      judged.push(detail);
      wake();
    },
    identity: () => store.identity,
    onNews: (news) => {
      told.push(news);
      wake();
    },
  });
  const close = store.close.bind(store);
  store.close = async () => {
    await snapshots.stop();
    await close();
  };
  const next = async (): Promise<SnapshotNews> => {
    while (told.length === 0)
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    return told.shift() ?? {};
  };
  const judgement = async (): Promise<string | undefined> => {
    while (judged.length === 0)
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    return judged.shift();
  };
  return { news: () => snapshots.news, next, judgement };
}

async function openStore(options: LmdbTableOptions = {}): Promise<LmdbTableStore> {
  const store = await LmdbTableStore.open(directory, options);
  stores.push(store);
  return store;
}

/** One commit with one row each. */
function fill(store: LmdbTableStore, from: number, to: number): void {
  for (let batch = from; batch < to; batch += 1)
    store.transact((transaction) => transaction.apply([put(`f/${batch}`)]));
}

const put = (name: string): TableWrite => ({
  type: 'put',
  key: name as RowKey<unknown> & TableKey,
  row: 'the row',
});

/** In each, for where a row stood in an older commit is nobody's. */
async function flipBytesOfRows(table: string): Promise<void> {
  const bytes = await readFile(table);
  const file = await open(table, 'r+');
  for (let at = bytes.indexOf('"the row"'); at >= 0; at = bytes.indexOf('"the row"', at + 1))
    await file.write('"The', at);
  await file.close();
}
