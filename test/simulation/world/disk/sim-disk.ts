/**
 * The disk of a machine. It outlives the processes that use it, and keeps two planes: what is
 * written, which processes see, and what is durable, which a power cut leaves for certain.
 *
 * Processes reach it through the twins of `node:fs` and its relatives; what stands here is for
 * those who make a story, do harm to it, and judge it.
 */
import type { Chance } from '../chance.js';
import type { SimProcess } from '../sim-process.js';
import { DiskSnapshot, flipBit, lose, replaceBytes, swap, truncate } from './disk-damage.js';
import { DiskFaults } from './disk-faults.js';
import { type DiskParts, freeBytes } from './disk-parts.js';
import { DiskTree } from './disk-tree.js';
import { type DiskWatcher, DiskWatchers } from './disk-watchers.js';
import { HandleCalls } from './handle-calls.js';
import type { Node, Slot } from './inodes.js';
import { OpenFiles } from './open-files.js';
import { PathCalls } from './path-calls.js';
import { look } from './path-walk.js';

export interface SimDiskOptions {
  readonly capacityBytes: number;
}

export class SimDisk {
  readonly faults = new DiskFaults();
  /** For the twins alone. */
  readonly pathCalls: PathCalls;
  /** For the twins alone. */
  readonly handleCalls: HandleCalls;
  readonly #parts: DiskParts;

  constructor({ capacityBytes }: SimDiskOptions) {
    const tree = new DiskTree();
    const openFiles = new OpenFiles(({ node }) => tree.freeIfUnused(node));
    const watchers = new DiskWatchers();
    this.#parts = { capacityBytes, tree, openFiles, faults: this.faults, watchers };
    this.pathCalls = new PathCalls(this.#parts);
    this.handleCalls = new HandleCalls(this.#parts);
  }

  /** Everything open is closed. Of what was not synced, any part is there afterwards. */
  powerCut(chance: Chance): void {
    this.#parts.openFiles.closeAll();
    this.#parts.tree.powerCut(chance);
  }

  /** Everything that is written becomes durable, as it does of itself after a while; failed syncs stay failed. */
  writeBack(): void {
    this.#parts.tree.syncAll();
  }

  flipBit(path: string, offset: number, bit: number): void {
    flipBit(this.#parts.tree, path, offset, bit);
  }

  truncate(path: string, length: number): void {
    truncate(this.#parts.tree, path, length);
  }

  /** Also how a story puts a file on a disk: what is not there is made, with the directories on the way. */
  replaceBytes(path: string, bytes: Uint8Array): void {
    replaceBytes(this.#parts.tree, path, bytes);
  }

  swap(one: string, other: string): void {
    swap(this.#parts.tree, one, other);
  }

  lose(path: string): void {
    lose(this.#parts.tree, path);
  }

  wipe(): void {
    const { tree, openFiles } = this.#parts;
    tree.root.durable.clear();
    tree.becomeDurable(openFiles.nodes());
  }

  snapshot(): DiskSnapshot {
    return new DiskSnapshot(this.#parts.tree);
  }

  /** Of this disk or of another one. */
  restore(snapshot: DiskSnapshot): void {
    const { tree, openFiles } = this.#parts;
    snapshot.restoreTo(tree);
    tree.becomeDurable(openFiles.nodes());
  }

  /** What processes read there; undefined when there is no file. */
  written(path: string): Buffer | undefined {
    const node = look(this.#parts.tree.root, path, 'written');
    return node?.kind === 'file' ? node.data.writtenBytes() : undefined;
  }

  /** What is there after a power cut now, whatever it leaves; undefined when that is not certain. */
  durable(path: string): Buffer | undefined {
    const node = this.#lookDurable(path);
    return node?.kind === 'file' && node.data.isCertain ? node.data.durableBytes() : undefined;
  }

  /** Whether anything may be there after a power cut now. */
  mayRemain(path: string): boolean {
    return look(this.#parts.tree.root, path, 'durable') !== undefined;
  }

  /** Names, sorted; empty when there is no such directory. */
  list(directory: string): readonly string[] {
    const node = look(this.#parts.tree.root, directory, 'written');
    return node?.kind === 'directory' ? [...node.written.keys()].sort() : [];
  }

  /** Names that are there after a power cut now, whatever it leaves. */
  listDurable(directory: string): readonly string[] {
    const node = this.#lookDurable(directory);
    if (node?.kind !== 'directory') return [];
    const names = [...node.durable.keys()];
    return names.filter((name) => this.#isCertain({ directory: node, name })).sort();
  }

  /** Of one process, or of all. */
  openHandles(process?: SimProcess): number {
    return this.#parts.openFiles.count(process);
  }

  get freeBytes(): number {
    return freeBytes(this.#parts);
  }

  get usedBytes(): number {
    return this.#parts.tree.usedBytes;
  }

  /** Answers how to stop. */
  observe(watcher: DiskWatcher): () => void {
    return this.#parts.watchers.add(watcher);
  }

  #lookDurable(path: string): Node | undefined {
    return look(this.#parts.tree.root, path, 'durable', (slot) => this.#isCertain(slot));
  }

  #isCertain(slot: Slot): boolean {
    return this.#parts.tree.journal.isCertain(slot);
  }
}

export type { DiskSnapshot } from './disk-damage.js';
