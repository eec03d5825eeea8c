/**
 * The copies that were ordered and have not ended: one for each file and destination.
 *
 * Owned by the replication loop and changed in place. A copy that its keeper reported as
 * stored stays until the table says so too; else the file would be copied once more between.
 */
import assert from 'node:assert/strict';
import type { FileId, KeeperId, Millis } from './ids.js';
import type { Promised } from './placement.js';

export interface Copy {
  readonly fileId: FileId;
  readonly destination: KeeperId;
  /** The first of those that it may read from; the one whose slot it takes. */
  readonly source: KeeperId;
  readonly size: number;
  readonly deadline: Millis;
  /** When it was ordered, its destination had a row for bad bytes of the file. */
  readonly isBesideBad: boolean;
  /** Its keeper has reported it as stored. */
  readonly stored: boolean;
}

const none: ReadonlyMap<KeeperId, Copy> = new Map();

export class CopiesInFlight {
  readonly #byFile = new Map<FileId, Map<KeeperId, Copy>>();
  readonly #from = new Map<KeeperId, number>();
  readonly #to = new Map<KeeperId, Promised>();
  #size = 0;

  get size(): number {
    return this.#size;
  }

  add(copy: Copy): void {
    const copies = this.#byFile.get(copy.fileId) ?? new Map<KeeperId, Copy>();
    assert(!copies.has(copy.destination), 'one copy in flight for each file and destination');
    this.#byFile.set(copy.fileId, copies.set(copy.destination, copy));
    this.#charge(copy, 1);
  }

  /** By destination. */
  of(fileId: FileId): ReadonlyMap<KeeperId, Copy> {
    return this.#byFile.get(fileId) ?? none;
  }

  countFrom(source: KeeperId): number {
    return this.#from.get(source) ?? 0;
  }

  promisedTo(destination: KeeperId): Promised {
    return this.#to.get(destination) ?? { transfers: 0, bytes: 0 };
  }

  /** Takes the word of its keeper; the table's must come before the new deadline. */
  noteStored(fileId: FileId, destination: KeeperId, deadline: Millis): void {
    const copies = this.#byFile.get(fileId);
    const copy = copies?.get(destination);
    if (copy !== undefined) copies?.set(destination, { ...copy, deadline, stored: true });
  }

  end(fileId: FileId, destination: KeeperId): Copy | undefined {
    const copies = this.#byFile.get(fileId);
    const copy = copies?.get(destination);
    if (copies === undefined || copy === undefined) return undefined;
    copies.delete(destination);
    if (copies.size === 0) this.#byFile.delete(fileId);
    this.#charge(copy, -1);
    return copy;
  }

  matching(isMeant: (copy: Copy) => boolean): readonly Copy[] {
    const found: Copy[] = [];
    for (const copies of this.#byFile.values())
      for (const copy of copies.values()) if (isMeant(copy)) found.push(copy);
    return found;
  }

  #charge({ source, destination, size }: Copy, sign: 1 | -1): void {
    this.#size += sign;
    this.#from.set(source, this.countFrom(source) + sign);
    const { transfers, bytes } = this.promisedTo(destination);
    this.#to.set(destination, { transfers: transfers + sign, bytes: bytes + sign * size });
  }
}
