import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { open } from 'lmdb';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { RowKey, TableKey, TableWrite } from '../../src/domain/table-port.js';
import { LmdbTableStore } from '../../src/storage/lmdb-table-store.js';
import { decodeRow, encodeRow } from '../../src/storage/table-row-codec.js';

let directory: string;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'reelkeep-table-'));
});

afterEach(async () => {
  await rm(directory, { recursive: true });
});

describe('the directory of a table', () => {
  it('is made when it is not there', async () => {
    const store = await LmdbTableStore.open(join(directory, 'new', 'table'));

    expect(store.identity).toMatchObject({ epoch: 1, commit: 0 });
    expect(store.identity.clusterId).toMatch(/^[0-9a-f]{32}$/);
    await store.close();
  });

  it('is refused, untouched, when it holds something else', async () => {
    await writeFile(join(directory, 'holiday.mp4'), 'mine');

    await expect(LmdbTableStore.open(directory)).rejects.toMatchObject({ code: 'usage' });

    expect(await readdir(directory)).toEqual(['holiday.mp4']);
  });

  it('is refused when it is a file', async () => {
    const path = join(directory, 'file');
    await writeFile(path, '');

    await expect(LmdbTableStore.open(path)).rejects.toMatchObject({ code: 'usage' });
  });

  it('serves one process at a time, and the next one when that is gone', async () => {
    const holder = startProcess(`
      await LmdbTableStore.open(process.argv[1]);
      process.stdout.write('open');
      setInterval(() => {}, 1000);`);
    await once(holder.stdout, 'data');

    await expect(LmdbTableStore.open(directory)).rejects.toMatchObject({
      code: 'conflict',
      detail: expect.stringContaining(directory),
    });

    holder.kill('SIGKILL');
    await once(holder, 'exit');
    const store = await LmdbTableStore.open(directory);
    expect(store.identity.epoch).toBe(2);
    await store.close();
  });
});

describe('a master that begins with what is sound', () => {
  it('sets a damaged table aside, whole, and begins an empty one', async () => {
    await (await LmdbTableStore.open(directory)).close();
    const table = join(directory, 'table.mdb');
    const damaged = (await readFile(table)).fill(7, 0, 100);
    await writeFile(table, damaged);

    const store = await LmdbTableStore.open(directory, 'what is sound');

    const aside = (await readdir(directory)).filter((name) => /aside-\d.*Z$/.test(name));
    expect(store.identity).toMatchObject({ epoch: 1, commit: 0 });
    expect(await readFile(join(directory, aside[0] ?? ''))).toEqual(damaged);
    await store.close();
  });

  it('keeps a sound one', async () => {
    const first = await LmdbTableStore.open(directory);
    await first.close();

    const store = await LmdbTableStore.open(directory, 'what is sound');

    expect(store.identity).toEqual({ ...first.identity, epoch: 2 });
    await store.close();
  });

  it('goes on where it was interrupted when only what was set aside is there', async () => {
    await writeFile(join(directory, 'table.mdb.aside-2026-01-01T00-00-00.000Z'), 'damaged');

    const asItIs = LmdbTableStore.open(directory);
    await expect(asItIs).rejects.toMatchObject({ code: 'usage' });
    const store = await LmdbTableStore.open(directory, 'what is sound');

    expect(store.identity.epoch).toBe(1);
    await store.close();
  });

  it('S39: raises its own numbers with the rows of one batch, and never lowers them', async () => {
    const store = await LmdbTableStore.open(directory);
    const raise = {
      type: 'raise',
      clusterId: store.identity.clusterId,
      epoch: 9,
      commit: 70,
    } as const;

    store.transact((transaction) => transaction.apply([raise]));
    store.transact((transaction) => transaction.apply([{ ...raise, epoch: 2, commit: 3 }]));
    await store.close();
    const again = await LmdbTableStore.open(directory);

    expect(again.identity).toMatchObject({ epoch: 10, commit: 72 });
    await again.close();
  });
});

describe('a damaged table', () => {
  it.each([
    ['filled with something else', (bytes: Buffer) => bytes.fill(7)],
    ['cut short within its first page', (bytes: Buffer) => bytes.subarray(0, 50)],
    ['cut short after its first page', (bytes: Buffer) => bytes.subarray(0, 4096)],
    ['of another page size', (bytes: Buffer) => bytes.fill(1, 48, 49)],
    ['cut short within its rows', (bytes: Buffer) => bytes.subarray(0, 2 * 4096)],
    ['overwritten within its rows', (bytes: Buffer) => bytes.fill(7, 2 * 4096)],
  ])('is refused when it is %s', async (_, damage) => {
    await writeRows([put('a')]);
    const path = join(directory, 'table.mdb');
    await writeFile(path, damage(await readFile(path)));

    await expect(LmdbTableStore.open(directory)).rejects.toMatchObject({ code: 'integrity' });
  });

  it('is no table yet while its file is empty', async () => {
    await writeFile(join(directory, 'table.mdb'), '');

    const store = await LmdbTableStore.open(directory);

    expect(store.identity.epoch).toBe(1);
    await store.close();
  });

  it('is refused when rows are missing', async () => {
    await writeRows([put('a'), put('b')]);
    await withRawTable((database) => database.removeSync(Buffer.from('b')));

    await expect(LmdbTableStore.open(directory)).rejects.toMatchObject({
      code: 'integrity',
      detail: expect.stringContaining('2 rows were written and 1 are there'),
    });
  });

  it('is refused when its own row is gone', async () => {
    await writeRows([put('a')]);
    await withRawTable((database) => database.removeSync(Buffer.from('m')));

    await expect(LmdbTableStore.open(directory)).rejects.toMatchObject({ code: 'integrity' });
  });

  it('ends the transaction that reads a row whose byte was flipped on the disk', async () => {
    await writeRows([put('a')]);
    const path = join(directory, 'table.mdb');
    const bytes = await readFile(path);
    for (let at = bytes.indexOf('the row'); at >= 0; at = bytes.indexOf('the row', at + 1))
      bytes[at] = 'T'.charCodeAt(0);
    await writeFile(path, bytes);

    const store = await LmdbTableStore.open(directory);

    expect(() => store.transact((transaction) => transaction.get(key('a')))).toThrow(
      expect.objectContaining({ code: 'integrity' }),
    );
    await store.close();
  });

  it('does not take the row of one key for that of another', async () => {
    await writeRows([put('a'), put('b')]);
    await withRawTable((database) => {
      const other = database.getBinary(Buffer.from('b'));
      if (other !== undefined) database.putSync(Buffer.from('a'), other);
    });

    const store = await LmdbTableStore.open(directory);

    expect(() => store.transact((transaction) => transaction.get(key('a')))).toThrow(
      expect.objectContaining({ code: 'integrity' }),
    );
    await store.close();
  });
});

describe('a row as bytes', () => {
  it('is refused at every flipped bit and at every truncation', () => {
    const row = { name: 'films/é.mp4', size: 2 ** 40 };
    const bytes = encodeRow(key('f/1'), row);
    expect(decodeRow(key('f/1'), bytes)).toEqual(row);

    for (let bit = 0; bit < bytes.length * 8; bit += 1) {
      const flipped = Buffer.from(bytes);
      flipped[bit >> 3] = (flipped[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      expect(() => decodeRow(key('f/1'), flipped)).toThrow(/damaged/);
    }
    for (let length = 0; length < bytes.length; length += 1)
      expect(() => decodeRow(key('f/1'), bytes.subarray(0, length))).toThrow(/damaged/);
  });
});

describe('kill -9 in the middle of batches', () => {
  it('loses nothing of a batch that was answered, and no batch by half', async () => {
    for (const answered of [1, 40, 150]) {
      const writer = startProcess(`
        const store = await LmdbTableStore.open(process.argv[1]);
        const from = store.identity.commit;
        for (let batch = from; ; batch += 1) {
          store.transact((transaction) => transaction.apply(
            ['x', 'y', 'z'].map((part) => ({ type: 'put', key: batch + part, row: batch }))));
          process.stdout.write('.');
        }`);
      let answers = 0;
      for await (const dots of writer.stdout) {
        answers += dots.length;
        if (answers >= answered) writer.kill('SIGKILL');
      }

      const store = await LmdbTableStore.open(directory);
      const { commit } = store.identity;
      const rows = store.transact((transaction) =>
        transaction.range({ start: key('0'), end: key(':') }, 1e6),
      );

      expect(commit).toBeGreaterThanOrEqual(answers);
      expect(rows).toHaveLength(3 * commit);
      await store.close();
      await rm(directory, { recursive: true });
      await mkdir(directory);
    }
  });
});

const key = (name: string) => name as RowKey<unknown> & TableKey;
const put = (name: string): TableWrite => ({ type: 'put', key: key(name), row: 'the row' });

async function writeRows(writes: readonly TableWrite[]): Promise<void> {
  const store = await LmdbTableStore.open(directory);
  store.transact((transaction) => transaction.apply(writes));
  await store.close();
}

async function withRawTable(work: (database: ReturnType<typeof openRaw>) => void): Promise<void> {
  const database = openRaw();
  database.transactionSync(() => work(database));
  await database.close();
}

const openRaw = () =>
  open<Buffer, Buffer>(join(directory, 'table.mdb'), {
    encoding: 'binary',
    keyEncoding: 'binary',
    overlappingSync: false,
  });

/** Another process with the compiled store, and the directory as its argument. */
function startProcess(script: string) {
  const store = fileURLToPath(
    new URL('../../dist/src/storage/lmdb-table-store.js', import.meta.url),
  );
  const program = `import { LmdbTableStore } from ${JSON.stringify(store)};${script}`;
  return spawn(process.execPath, ['--input-type=module', '-e', program, directory], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
}
