import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import { ReelkeepError } from '../../../src/domain/errors.js';
import { type FileId, fileId } from '../../../src/domain/ids.js';
import { fileKey } from '../../../src/domain/table-keys.js';
import type { TableWrite } from '../../../src/domain/table-port.js';
import { readLmdbFile } from '../../../src/storage/lmdb-file.js';
import { PageDamage } from '../../../src/storage/lmdb-pages.js';
import { LmdbTableStore } from '../../../src/storage/lmdb-table-store.js';
import { readTable, type TableFacts } from '../../../src/storage/read-table.js';
import { type Decoder, decoded, refused } from '../decoder.js';
import { ownDirectory } from './own-directory.js';

interface ReadTable {
  readonly facts: TableFacts | undefined;
  /** Of all keys and rows. */
  readonly digest: string;
}

const pageBytes = 4096;
/** What a page begins with; its rows stand at its end. */
const headBytes = 28;
const firstHeadsBytes = 160;
const commitsMax = 6;

/** The file of a whole table, as it is read before LMDB may map it. */
export async function tableFile(): Promise<Decoder<ReadTable>> {
  const directory = ownDirectory('table');
  const path = join(directory, 'damaged.mdb');
  const tables = await makeTables(join(directory, 'made'));
  return {
    name: 'table-file',
    valid: fc.constantFrom(...tables),
    decode(bytes) {
      writeFileSync(path, bytes);
      try {
        return decoded({ facts: readTable(path), digest: digestOfRows(path) });
      } catch (error) {
        if (error instanceof PageDamage) return refused(error.message);
        if (error instanceof ReelkeepError && error.code === 'integrity')
          return refused(error.detail);
        throw error;
      }
    },
    mayBecome: isDeepStrictEqual,
    focus: (bytes) =>
      Array.from(bytes.keys()).filter(
        (at) => at % pageBytes < (at < 2 * pageBytes ? firstHeadsBytes : headBytes),
      ),
    isCostly: true,
  };
}

/** One after each of the first commits: where one begins is told in turn in two places. */
async function makeTables(directory: string): Promise<readonly Buffer[]> {
  const store = await LmdbTableStore.open(directory);
  try {
    return Array.from({ length: commitsMax }, (_, commit) => {
      store.transact((transaction) => transaction.apply(churn(commit)));
      return readFileSync(store.directory.table);
    });
  } finally {
    await store.close();
  }
}

/** Rows that come, change and go; some are longer than a page. */
const churn = (commit: number): TableWrite[] =>
  Array.from({ length: 12 }, (_, at): TableWrite => {
    const key = fileKey(idOf((commit * 5 + at * 3) % 20));
    if ((commit + at) % 4 === 0) return { type: 'remove', key };
    return { type: 'put', key, row: 'x'.repeat(at === 5 ? 9_000 : at * 60) };
  });

const idOf = (number: number): FileId => fileId(number.toString(16).padStart(32, '0'));

function digestOfRows(path: string): string {
  const hash = createHash('sha256');
  readLmdbFile(path, (key, value) => void hash.update(key).update(value));
  return hash.digest('hex');
}
