/** Replicas that begin to count, as one commit of the table has it. */
import type { FileRecord, ReplicaRecord } from '../../../src/domain/file-record.js';
import type { TableReading } from '../cluster/table-reading.js';

/** Rows that were not there before, or for an earlier start of their keeper. */
export function* newlySound(
  before: TableReading | undefined,
  after: TableReading,
): Generator<{ readonly file: FileRecord; readonly row: ReplicaRecord }> {
  // The first that is seen of a table that was put in the place of another says what was once true.
  if (before === undefined) return;
  for (const file of after.files.values())
    for (const row of file.replicas)
      if (row.standing === 'sound' && !vouchedFor(before, file, row)) yield { file, row };
}

function vouchedFor(before: TableReading, { fileId }: FileRecord, row: ReplicaRecord): boolean {
  const was = before.files.get(fileId)?.replicas.find(({ keeper }) => keeper === row.keeper);
  return was?.standing === 'sound' && was.incarnation === row.incarnation;
}
