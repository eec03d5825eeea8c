/** What faults have done to disks: nobody is to be blamed for the loss of what a fault took. */
import type { FileId } from '../../../src/domain/ids.js';

interface Damage {
  readonly atMs: number;
  /** Of the keeper, as the table had it then. */
  readonly incarnation: number;
}

export class DamageLedger {
  readonly #incarnationOf: (keeper: string) => number;
  readonly #damaged = new Map<string, Map<FileId, Damage>>();
  /** When a keeper's whole disk was last emptied, or put back to what it was. */
  readonly #wiped = new Map<string, Damage>();

  /** @param incarnationOf of a keeper, as the table has it now. */
  constructor(incarnationOf: (keeper: string) => number) {
    this.#incarnationOf = incarnationOf;
  }

  damage(keeper: string, fileId: FileId, atMs: number): void {
    const files = this.#damaged.get(keeper) ?? new Map<FileId, Damage>();
    files.set(fileId, this.#now(keeper, atMs));
    this.#damaged.set(keeper, files);
  }

  /** The bytes there are new: written again after they were damaged. */
  mend(keeper: string, fileId: FileId): void {
    this.#damaged.get(keeper)?.delete(fileId);
  }

  wipe(keeper: string, atMs: number): void {
    this.#wiped.set(keeper, this.#now(keeper, atMs));
    this.#damaged.delete(keeper);
  }

  isDamaged(keeper: string, fileId: FileId): boolean {
    return this.#damaged.get(keeper)?.has(fileId) ?? false;
  }

  /** What is not there, or not whole, is a fault's doing, or may be. */
  isExcused(keeper: string, fileId: FileId, nowMs: number): boolean {
    const wipedAtMs = this.wipedAtMs(keeper);
    return (
      this.isDamaged(keeper, fileId) || (wipedAtMs !== undefined && nowMs - wipedAtMs < excusedMs)
    );
  }

  wipedAtMs(keeper: string): number | undefined {
    return this.#wiped.get(keeper)?.atMs;
  }

  /** That what is gone was there could be said by starts up to this one; later ones looked at what was left. */
  lastToKnow(keeper: string, fileId: FileId): number {
    const damaged = this.#damaged.get(keeper)?.get(fileId);
    return Math.max(damaged?.incarnation ?? 0, this.#wiped.get(keeper)?.incarnation ?? 0);
  }

  #now(keeper: string, atMs: number): Damage {
    return { atMs, incarnation: this.#incarnationOf(keeper) };
  }
}

/** How long what was said before a disk was emptied may still be on its way. */
const excusedMs = 60_000;
