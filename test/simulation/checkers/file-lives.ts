/** Which files were ever in the table, and which of them were deleted, as its commits tell it. */
import type { FileId } from '../../../src/domain/ids.js';
import type { SeenInTerm } from '../../../src/domain/term-line.js';
import type { TableReading } from '../cluster/table-reading.js';

export class FileLives {
  /** Names as they were at the commit. */
  readonly committed = new Map<FileId, string>();
  readonly deleted = new Set<FileId>();
  /** The first commit with the file in the table, and the term that it was made in. */
  readonly born = new Map<FileId, SeenInTerm>();
  /** By keeper and file: replicas that ever counted. */
  readonly #counted = new Set<string>();

  note(before: TableReading | undefined, after: TableReading): void {
    for (const { fileId, name, replicas } of after.files.values()) {
      this.committed.set(fileId, name);
      if (!this.born.has(fileId))
        this.born.set(fileId, { termId: after.termId, commit: after.commit });
      for (const { keeper } of replicas) this.#counted.add(`${keeper}/${fileId}`);
    }
    for (const fileId of before?.files.keys() ?? [])
      if (!after.files.has(fileId)) this.deleted.add(fileId);
  }

  hasCounted(keeper: string, fileId: FileId): boolean {
    return this.#counted.has(`${keeper}/${fileId}`);
  }
}
