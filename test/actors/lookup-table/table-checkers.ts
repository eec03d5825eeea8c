/** What must hold of the table after every step, each checker named after its invariant. */
import { expect } from 'vitest';
import type { TableNotice } from '../../../src/actors/lookup-table/messages.js';
import type { FileRecord } from '../../../src/domain/file-record.js';
import type { KeeperRecord } from '../../../src/domain/keeper-record.js';
import type { EndedUpload, OpenUpload, Tombstone } from '../../../src/domain/table-rows.js';
import { noTotals, type TableTotals } from '../../../src/domain/table-totals.js';
import type { MemoryTableDisk } from '../../simulation/memory-table-store.js';
import type { TableModel } from './table-model.js';

/** S10: each index says what the rows say, and each count is a sum over them. */
export function checkIndexesAgreeS10(disk: MemoryTableDisk): void {
  const rows = readRows(disk);
  const sorted = (pairs: readonly string[]) => pairs.toSorted();

  expect(rows.keys('n')).toEqual(sorted(rows.files.map((file) => bytesOf(file.name))));
  expect(rows.keys('h')).toEqual(
    sorted(
      rows.files.flatMap((file) => file.replicas.map((row) => `${row.keeper}/${file.fileId}`)),
    ),
  );
  expect(rows.keys('d')).toEqual(
    sorted(
      rows.tombstones.flatMap((dead) => dead.holders.map((keeper) => `${keeper}/${dead.fileId}`)),
    ),
  );
  const reserved = rows.uploads.filter((upload) => upload.phase === 'reserved');
  expect(rows.keys('r')).toEqual(sorted(reserved.map((upload) => bytesOf(upload.name))));
  expect(rows.keys('o')).toHaveLength(rows.ended.length);
  for (const keeper of rows.keepers)
    expect(keeper.replicas).toBe(
      rows.keys('h').filter((key) => key.startsWith(`${keeper.keeper}/`)).length,
    );
  expect(rows.totals).toEqual({
    files: rows.files.length,
    bytes: rows.files.reduce((sum, file) => sum + file.size, 0),
    uploadsInProgress: rows.uploads.length,
    deletionsDue: rows.keys('d').length,
    endedUploads: rows.ended.length,
    endedEver: rows.totals.endedEver,
  });
}

/** S16: a name leads to the bytes of the one upload that won it, and to no other. */
export function checkNamesS16(model: TableModel): void {
  const { files } = model.table.ask('list files', { prefix: '', after: '', limit: 1000 });

  const seen = files.map((file) => [file.name, file.fileId, file.digest]);

  expect(seen).toEqual(
    [...model.names]
      .map(([name, file]) => [name, file.fileId, file.digest])
      .toSorted(([one], [other]) => (String(one) < String(other) ? -1 : 1)),
  );
}

/** S2: whoever is told of success has as many distinct keepers as were asked for. */
export function checkAcksS2(model: TableModel, notices: readonly TableNotice[]): void {
  for (const notice of notices) {
    if (notice.type !== 'upload progressed' || !notice.acked) continue;
    const sound = notice.file?.replicas.filter((row) => row.standing === 'sound') ?? [];
    const acks = model.uploads.get(notice.uploadId)?.acks ?? Number.POSITIVE_INFINITY;
    expect(new Set(sound.map((row) => row.keeper)).size).toBeGreaterThanOrEqual(acks);
  }
}

/** S17: a retry of an upload that was committed hears its file id again. */
export function checkRetriesS17(model: TableModel): void {
  for (const [uploadId, upload] of model.uploads) {
    if (!upload.acked) continue;
    const again = model.table.ask('reserve upload', model.reservation(uploadId, upload));
    expect(again).toMatchObject({ fileId: upload.fileId, committed: true });
  }
}

/** S35: nothing answers for a file that was deleted, whatever came back. */
export function checkNoResurrectionS35(model: TableModel): void {
  for (const fileId of model.owed.keys())
    expect(model.table.ask('find file', { fileId })).toBeNull();
}

/** S38: a tombstone waits for every keeper that has not confirmed. */
export function checkTombstonesS38(model: TableModel): void {
  const { tombstones } = readRows(model.table.disk);
  for (const [fileId, owing] of model.owed) {
    const holders = tombstones.find((dead) => dead.fileId === fileId)?.holders ?? [];
    expect(holders).toEqual(expect.arrayContaining([...owing]));
  }
}

/** One character to a byte of UTF-8. */
const bytesOf = (name: string): string => Buffer.from(name).toString('latin1');

function readRows(disk: MemoryTableDisk) {
  const of = <Row>(kind: string): readonly Row[] =>
    disk.keys
      .filter((key) => key.startsWith(`${kind}/`))
      .map((key) => JSON.parse(disk.rows.get(key) ?? ''));
  const totals = [...disk.rows].find(([key]) => key === 's')?.[1];
  return {
    files: of<FileRecord>('f'),
    uploads: of<OpenUpload>('u'),
    ended: of<EndedUpload>('e'),
    tombstones: of<Tombstone>('t'),
    keepers: of<KeeperRecord>('k'),
    totals: (totals === undefined ? noTotals : JSON.parse(totals)) as TableTotals,
    keys: (kind: string): readonly string[] =>
      disk.keys.filter((key) => key.startsWith(`${kind}/`)).map((key) => key.slice(2)),
  };
}
