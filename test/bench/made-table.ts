/** A table of very many files, written straight into a master's directory by its own store. */
import { join } from 'node:path';
import {
  digest,
  type FileId,
  fileId,
  type KeeperId,
  keeperId,
  uploadId,
  wallMs,
} from '../../src/domain/ids.js';
import { fileKey, holderKey, keeperKey, nameKey, totalsKey } from '../../src/domain/table-keys.js';
import type { TableWrite } from '../../src/domain/table-port.js';
import { noTotals } from '../../src/domain/table-totals.js';
import type { InventoryEntry } from '../../src/rpc/generated/reelkeep/v1/keeper.js';
import { LmdbTableStore } from '../../src/storage/lmdb-table-store.js';

/** Each of them has a replica of every file. */
export const holders: readonly KeeperId[] = [1, 2, 3].map((n) => keeperId(`false-${n}`));

const filesPerCommit = 10_000;
const fileBytes = 5 * 1024 * 1024;
const madeAt = wallMs(1_750_000_000_000);

/** @param directory of the master, which does not run */
export async function makeTable(directory: string, files: number): Promise<void> {
  const store = await LmdbTableStore.open(directory);
  try {
    for (let from = 0; from < files; from += filesPerCommit) {
      const numbers = Array.from(
        { length: Math.min(filesPerCommit, files - from) },
        (_, at) => from + at,
      );
      store.transact((transaction) => transaction.apply(numbers.flatMap(rowsOf)));
    }
    const totals = { ...noTotals, files, bytes: files * fileBytes };
    const keepers = holders.map((keeper) => keeperRow(keeper, files));
    store.transact((transaction) =>
      transaction.apply([{ type: 'put', key: totalsKey, row: totals }, ...keepers]),
    );
  } finally {
    await store.close();
  }
}

export const tableFile = (directory: string): string => join(directory, 'table.mdb');

export const nameOf = (number: number): string =>
  `archive/${String(number).padStart(9, '0')}/camera-${number % 7}.mp4`;

/** What each of the holders has, in pages as keepers send them. */
export function* inventoryOf(files: number): Generator<InventoryEntry[]> {
  const pageMax = 1000;
  for (let from = 0; from < files; from += pageMax)
    yield Array.from({ length: Math.min(pageMax, files - from) }, (_, at) => ({
      fileId: idOf(from + at),
      size: fileBytes,
      digest: digestOf(from + at),
      uploadId: idOf(from + at),
      quarantined: false,
      aside: false,
      facts: undefined,
    }));
}

function rowsOf(number: number): TableWrite[] {
  const id = idOf(number);
  const name = nameOf(number);
  const ref = { fileId: id };
  const file = {
    fileId: id,
    uploadId: uploadId(id),
    name,
    size: fileBytes,
    digest: digestOf(number),
    createdAt: madeAt,
    target: 3,
    mp4: { kind: 'mp4', durationMs: 60_000, faststart: true, fragmented: false, tracks },
    replicas: holders.map((keeper) => ({
      keeper,
      incarnation: 1,
      standing: 'sound',
      verifiedAt: madeAt,
    })),
  } as const;
  return [
    { type: 'put', key: fileKey(id), row: file },
    { type: 'put', key: nameKey(name), row: ref },
    ...holders.map((keeper) => ({ type: 'put', key: holderKey(keeper, id), row: ref }) as const),
  ];
}

const tracks = [{ type: 'video', codec: 'avc1.64001f', width: 1920, height: 1080 }] as const;

const keeperRow = (keeper: KeeperId, replicas: number): TableWrite => ({
  type: 'put',
  key: keeperKey(keeper),
  row: {
    keeper,
    incarnation: 1,
    startId: '',
    address: '127.0.0.1:9',
    registeredAt: madeAt,
    retired: false,
    replicas,
  },
});

const idOf = (number: number): FileId => fileId(number.toString(16).padStart(32, '0'));
const digestOf = (number: number) => digest(number.toString(16).padStart(64, '0'));
