/**
 * The tree of a disk: its files and directories on both planes, and the room that they take.
 *
 * It knows nothing of processes, faults or paths: whoever calls has looked where to go and whether
 * that may be done.
 */
import type { Chance } from '../chance.js';
import { EntryJournal } from './entry-journal.js';
import { FileData } from './file-data.js';
import type { DirectoryNode, FileNode, Node, Slot } from './inodes.js';

export interface Making {
  readonly mode: number;
  readonly nowMs: number;
}

/** Of the operations that were not synced when the power went, how many had reached the disk. */
const survivalOdds = [0, 0.15, 0.5, 0.85, 1] as const;

export class DiskTree {
  readonly journal = new EntryJournal();
  readonly root: DirectoryNode;
  #usedBytes = 0;
  /** Given to the next file, as many file systems do. */
  #freeNumbers: number[] = [];
  #lastNumber = 1;

  constructor() {
    this.root = { ...this.#inode({ mode: 0o755, nowMs: 0 }), ...emptyDirectory() };
  }

  get usedBytes(): number {
    return this.#usedBytes;
  }

  makeFile(slot: Slot, making: Making): FileNode {
    const node: FileNode = {
      ...this.#inode(making),
      kind: 'file',
      data: new FileData(),
      lockedBy: undefined,
    };
    this.put(slot, node, making.nowMs);
    return node;
  }

  makeDirectory(slot: Slot, making: Making): DirectoryNode {
    const node: DirectoryNode = { ...this.#inode(making), ...emptyDirectory() };
    this.put(slot, node, making.nowMs);
    return node;
  }

  /** Gives something a first or a further name. */
  put(slot: Slot, node: Node, nowMs: number): void {
    this.#enter(slot, node, nowMs);
    this.journal.add([{ ...slot, node }], [node]);
  }

  remove(slot: Slot, node: Node, nowMs: number): void {
    this.#leave(slot, node, nowMs);
    this.journal.add([{ ...slot, node: undefined }], [node]);
    this.freeIfUnused(node);
  }

  /** What has the name now loses it. */
  move(from: Slot, to: Slot, node: Node, nowMs: number): void {
    const replaced = to.directory.written.get(to.name);
    if (replaced !== undefined) this.#leave(to, replaced, nowMs);
    this.#leave(from, node, nowMs);
    this.#enter(to, node, nowMs);
    const objects = replaced === undefined ? [node] : [node, replaced];
    this.journal.add(
      [
        { ...from, node: undefined },
        { ...to, node },
      ],
      objects,
    );
    if (replaced !== undefined) this.freeIfUnused(replaced);
  }

  /** Every change of a file's data goes through here, so that the room is known. */
  change(file: FileNode, nowMs: number, work: (data: FileData) => void): void {
    const before = file.data.takenBytes;
    work(file.data);
    this.#usedBytes += file.data.takenBytes - before;
    file.modifiedAtMs = nowMs;
    file.changedAtMs = nowMs;
  }

  freeIfUnused(node: Node): void {
    if (node.links > 0 || node.opens > 0 || node === this.root) return;
    this.#freeNumbers.push(node.number);
    if (node.kind === 'file') this.#usedBytes -= node.data.takenBytes;
  }

  /** Nothing is open. */
  powerCut(chance: Chance): void {
    this.journal.powerCut(chance, chance.pick(survivalOdds));
    const dataOdds = chance.pick(survivalOdds);
    this.becomeDurable([], (file) => file.data.powerCut(chance, dataOdds));
  }

  /** Everything that is written becomes durable, as it does of itself in time. */
  syncAll(): void {
    this.journal.syncAll();
    for (const node of this.#nodes()) if (node.kind === 'file') node.data.sync();
  }

  /**
   * What is durable is what there is.
   * @param open what is open; it takes room although it may have no name.
   */
  becomeDurable(open: Iterable<Node>, onFile: (file: FileNode) => void = () => undefined): void {
    this.journal.forget();
    this.#freeNumbers = [];
    this.#lastNumber = 0;
    const kept = new Set<Node>();
    for (const node of this.#nodes()) {
      kept.add(node);
      if (node.kind === 'file') onFile(node);
    }
    const all = new Set([...kept, ...open]);
    for (const node of all) {
      this.#lastNumber += 1;
      node.number = this.#lastNumber;
      node.links = 0;
    }
    for (const node of kept) if (node.kind === 'directory') readDurable(node);
    this.#usedBytes = 0;
    for (const node of all) if (node.kind === 'file') this.#usedBytes += node.data.takenBytes;
  }

  /** All that the durable plane leads to, each once; before its entries are followed, it may be changed. */
  *#nodes(): Generator<Node> {
    const seen = new Set<Node>([this.root]);
    for (const node of seen) {
      yield node;
      if (node.kind === 'directory') for (const entry of node.durable.values()) seen.add(entry);
    }
  }

  #enter({ directory, name }: Slot, node: Node, nowMs: number): void {
    directory.written.set(name, node);
    node.links += 1;
    touch(directory, node, nowMs);
  }

  #leave({ directory, name }: Slot, node: Node, nowMs: number): void {
    directory.written.delete(name);
    node.links -= 1;
    touch(directory, node, nowMs);
  }

  #inode({ mode, nowMs }: Making) {
    const number = this.#freeNumbers.pop() ?? this.#lastNumber + 1;
    this.#lastNumber = Math.max(this.#lastNumber, number);
    return {
      number,
      mode,
      links: 0,
      opens: 0,
      modifiedAtMs: nowMs,
      changedAtMs: nowMs,
      bornAtMs: nowMs,
      lastOperation: undefined,
    };
  }
}

function readDurable(directory: DirectoryNode): void {
  directory.written.clear();
  for (const [name, node] of directory.durable) {
    directory.written.set(name, node);
    node.links += 1;
  }
}

function touch(directory: DirectoryNode, node: Node, nowMs: number): void {
  directory.modifiedAtMs = nowMs;
  directory.changedAtMs = nowMs;
  node.changedAtMs = nowMs;
}

export function emptyDirectory() {
  const entries = { written: new Map<string, Node>(), durable: new Map<string, Node>() };
  const unsynced: DirectoryNode['unsynced'] = new Set();
  const lastOperations: DirectoryNode['lastOperations'] = new Map();
  return { kind: 'directory' as const, ...entries, unsynced, lastOperations };
}
