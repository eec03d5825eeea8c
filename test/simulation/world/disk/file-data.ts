/**
 * The data of one file on both planes: what processes see, what is durable, and the operations
 * between the two, of which a power cut keeps any.
 */
import type { Chance } from '../chance.js';
import { Extents } from './extents.js';
import { SparseBytes } from './sparse-bytes.js';

type DataOperation =
  | { readonly kind: 'write'; readonly bytes: Buffer; readonly offset: number }
  | { readonly kind: 'truncate'; readonly size: number };

/** What processes read where a sync failed: what they wrote, or what had been there before. */
export type ReadsBack = 'new' | 'old';

export class FileData {
  #written: SparseBytes;
  #durable: SparseBytes;
  #unsynced: DataOperation[] = [];
  /** A sync failed, so that what is written is not what syncing leads to. */
  #isForked = false;
  #extents = new Extents();

  /** @param bytes on both planes; copied. */
  constructor(bytes: Uint8Array = new Uint8Array(0)) {
    this.#written = new SparseBytes(bytes);
    this.#durable = new SparseBytes(bytes);
    this.#extents.add(0, bytes.length);
  }

  get size(): number {
    return this.#written.size;
  }

  /** Of the room on the disk. */
  get takenBytes(): number {
    return this.#extents.bytes;
  }

  /** A power cut changes nothing of it. */
  get isCertain(): boolean {
    return this.#unsynced.length === 0;
  }

  fitting(offset: number, length: number, room: number): number {
    return this.#extents.fitting(offset, offset + length, room);
  }

  read(into: Uint8Array, offset: number): number {
    return this.#written.read(into, offset);
  }

  write(bytes: Uint8Array, offset: number): void {
    if (bytes.length === 0) return;
    this.#written.write(bytes, offset);
    this.#extents.add(offset, offset + bytes.length);
    this.#unsynced.push({ kind: 'write', bytes: Buffer.from(bytes), offset });
  }

  truncate(size: number): void {
    if (size === this.#written.size) return;
    this.#written.truncate(size);
    this.#extents.cutAt(size);
    this.#unsynced.push({ kind: 'truncate', size });
  }

  sync(): void {
    for (const operation of this.#unsynced) apply(this.#durable, operation);
    this.#unsynced = [];
  }

  /** The operating system takes the data for clean; it is not. */
  failSync(readsBack: ReadsBack): void {
    if (this.#unsynced.length === 0) return;
    this.#unsynced = [];
    if (readsBack === 'old') this.#takeDurable();
    else this.#isForked = true;
  }

  writtenBytes(): Buffer {
    return this.#written.copy();
  }

  durableBytes(): Buffer {
    return this.#durable.copy();
  }

  flipBit(offset: number, bit: number): void {
    this.sync();
    this.#written.flip(offset, bit);
    this.#durable.flip(offset, bit);
  }

  /** On both planes. */
  cutOff(size: number): void {
    this.sync();
    for (const plane of [this.#written, this.#durable]) plane.truncate(Math.min(size, plane.size));
    this.#extents.cutAt(size);
  }

  /** On both planes. */
  replace(bytes: Uint8Array): void {
    this.#unsynced = [];
    this.#durable = new SparseBytes(bytes);
    this.#takeDurable();
  }

  /** @param odds of an operation to have reached the disk. */
  powerCut(chance: Chance, odds: number): void {
    for (const operation of this.#unsynced) survive(this.#durable, operation, chance, odds);
    const isChanged = this.#unsynced.length > 0 || this.#isForked;
    this.#unsynced = [];
    if (isChanged) this.#takeDurable();
  }

  #takeDurable(): void {
    this.#isForked = false;
    this.#written = new SparseBytes(this.#durable.copy());
    this.#extents = new Extents();
    this.#extents.add(0, this.#written.size);
  }
}

function apply(plane: SparseBytes, operation: DataOperation): void {
  if (operation.kind === 'write') plane.write(operation.bytes, operation.offset);
  else plane.truncate(operation.size);
}

function survive(plane: SparseBytes, operation: DataOperation, chance: Chance, odds: number): void {
  if (chance.isHit(odds)) {
    const isTorn = operation.kind === 'write' && chance.isHit(0.25);
    apply(plane, isTorn ? tear(operation, chance) : operation);
  }
  // The length is not data: it may have reached the disk although the bytes have not.
  if (operation.kind === 'write' && chance.isHit(odds / 2)) {
    const end = operation.offset + operation.bytes.length;
    if (end > plane.size) plane.truncate(end);
  }
}

function tear(operation: DataOperation & { kind: 'write' }, chance: Chance): DataOperation {
  const { bytes, offset } = operation;
  const at = chance.int(0, bytes.length);
  if (chance.isHit(0.5)) return { kind: 'write', bytes: bytes.subarray(0, at), offset };
  return { kind: 'write', bytes: bytes.subarray(at), offset: offset + at };
}
