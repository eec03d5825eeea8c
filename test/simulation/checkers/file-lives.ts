/** Which files were ever in the table, and which of them were deleted, as its commits tell it. */
import type { FileId } from '../../../src/domain/ids.js';
import type { TableReading } from '../cluster/table-reading.js';

export class FileLives {
  /** Names as they were at the commit. */
  readonly committed = new Map<FileId, string>();
  readonly deleted = new Set<FileId>();

  note(before: TableReading | undefined, after: TableReading): void {
    for (const { fileId, name } of after.files.values()) this.committed.set(fileId, name);
    for (const fileId of before?.files.keys() ?? [])
      if (!after.files.has(fileId)) this.deleted.add(fileId);
  }
}
