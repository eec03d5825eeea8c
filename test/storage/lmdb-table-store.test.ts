import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, open, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { open as openLmdb } from 'lmdb';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { RowKey, TableKey, TableWrite } from '../../src/domain/table-port.js';
import { LmdbTableStore } from '../../src/storage/lmdb-table-store.js';

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

  it('is refused when a byte of a row was flipped', async () => {
    await writeRows([put('a')]);
    await flipRow();

    await expect(LmdbTableStore.open(directory)).rejects.toMatchObject({
      code: 'integrity',
      detail: expect.stringContaining('row "a" of the table is damaged'),
    });
  });

  it('ends the transaction that reads a row whose byte was flipped since it was opened', async () => {
    await writeRows([put('a')]);
    const store = await LmdbTableStore.open(directory);

    await flipRow();

    expect(() => store.transact((transaction) => transaction.get(key('a')))).toThrow(
      expect.objectContaining({ code: 'integrity' }),
    );
    await store.close();
  });

  it('is refused when the row of one key stands under another', async () => {
    await writeRows([put('a'), put('b')]);
    await withRawTable((database) => {
      const other = database.getBinary(Buffer.from('b'));
      if (other !== undefined) database.putSync(Buffer.from('a'), other);
    });

    await expect(LmdbTableStore.open(directory)).rejects.toMatchObject({ code: 'integrity' });
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

/** In the file itself, as a disk would. */
async function flipRow(): Promise<void> {
  const file = await open(join(directory, 'table.mdb'), 'r+');
  const bytes = await file.readFile();
  for (let at = bytes.indexOf('the row'); at >= 0; at = bytes.indexOf('the row', at + 1))
    await file.write('T', at);
  await file.close();
}

async function withRawTable(work: (database: ReturnType<typeof openRaw>) => void): Promise<void> {
  const database = openRaw();
  database.transactionSync(() => work(database));
  await database.close();
}

const openRaw = () =>
  openLmdb<Buffer, Buffer>(join(directory, 'table.mdb'), {
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
