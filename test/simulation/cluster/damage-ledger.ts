/** What faults have done to disks: nobody is to be blamed for the loss of what a fault took. */
import type { FileId } from '../../../src/domain/ids.js';

export class DamageLedger {
  readonly #damaged = new Map<string, Map<FileId, number>>();
  /** When a keeper's whole disk was last emptied, or put back to what it was. */
  readonly #wiped = new Map<string, number>();

  damage(keeper: string, fileId: FileId, atMs: number): void {
    const files = this.#damaged.get(keeper) ?? new Map<FileId, number>();
    files.set(fileId, atMs);
    this.#damaged.set(keeper, files);
  }

  /** The bytes there are new: written again after they were damaged. */
  mend(keeper: string, fileId: FileId): void {
    this.#damaged.get(keeper)?.delete(fileId);
  }

  wipe(keeper: string, atMs: number): void {
    this.#wiped.set(keeper, atMs);
    this.#damaged.delete(keeper);
  }

  isDamaged(keeper: string, fileId: FileId): boolean {
    return this.#damaged.get(keeper)?.has(fileId) ?? false;
  }

  /** What is not there, or not whole, is a fault's doing, or may be. */
  isExcused(keeper: string, fileId: FileId, nowMs: number): boolean {
    const wipedAtMs = this.#wiped.get(keeper);
    return (
      this.isDamaged(keeper, fileId) || (wipedAtMs !== undefined && nowMs - wipedAtMs < excusedMs)
    );
  }

  wipedAtMs(keeper: string): number | undefined {
    return this.#wiped.get(keeper);
  }
}

/** How long what was said before a disk was emptied may still be on its way. */
const excusedMs = 60_000;
