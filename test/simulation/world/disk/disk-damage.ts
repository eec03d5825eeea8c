/**
 * What happens to a disk behind everybody's back: decay, and hands. All of it is on both planes,
 * of what it touches everything is durable afterwards, and no watcher is told.
 */

import { type DiskTree, emptyDirectory } from './disk-tree.js';
import { FileData } from './file-data.js';
import type { FileNode, Node, Slot } from './inodes.js';
import { walk } from './path-walk.js';

const making = { mode: 0o644, nowMs: 0 };
const makingDirectory = { mode: 0o755, nowMs: 0 };

/** @throws Error when there is no such file; so do the others. */
export function flipBit(tree: DiskTree, path: string, offset: number, bit: number): void {
  fileAt(tree, path).data.flipBit(offset, bit);
}

/** Leaves a file that is shorter as it is. */
export function truncate(tree: DiskTree, path: string, length: number): void {
  const file = fileAt(tree, path);
  tree.change(file, file.modifiedAtMs, (data) => data.cutOff(length));
}

/** Makes the file, and the directories on the way, when they are not there. */
export function replaceBytes(tree: DiskTree, path: string, bytes: Uint8Array): void {
  const slot = makeSlot(tree, path);
  const { directory, name } = slot;
  const known = directory.written.get(name);
  if (known?.kind === 'directory') throw new Error(`${path} is a directory`);
  const file = known ?? tree.makeFile(slot, making);
  tree.journal.settle(slot);
  tree.change(file, file.modifiedAtMs, (data) => data.replace(bytes));
}

/** Each stands where the other one stood. */
export function swap(tree: DiskTree, one: string, other: string): void {
  const [a, b] = [slotOf(tree, one), slotOf(tree, other)];
  const [atA, atB] = [settled(tree, a), settled(tree, b)];
  place(a, atB);
  place(b, atA);
}

/** The name leads nowhere any more; what is open stays open. */
export function lose(tree: DiskTree, path: string): void {
  const { slot, node } = walk(tree.root, path);
  if (slot === undefined) return;
  if (node !== undefined) tree.remove(slot, node, node.changedAtMs);
  tree.journal.settle(slot);
}

/** What is durable, shut; as old as the disk was when it was taken. */
export class DiskSnapshot {
  readonly #root: Node;

  constructor(tree: DiskTree) {
    this.#root = copyDurable(tree.root, new Map());
  }

  /** Nothing else is there afterwards. */
  restoreTo({ root }: DiskTree): void {
    const copy = copyDurable(this.#root, new Map());
    root.durable.clear();
    if (copy.kind === 'directory')
      for (const [name, node] of copy.durable) root.durable.set(name, node);
  }
}

function copyDurable(node: Node, copies: Map<Node, Node>): Node {
  const known = copies.get(node);
  if (known !== undefined) return known;
  const copy = node.kind === 'file' ? copyOfFile(node) : { ...node, ...emptyDirectory() };
  Object.assign(copy, { opens: 0, lastOperation: undefined });
  copies.set(node, copy);
  if (node.kind === 'directory' && copy.kind === 'directory')
    for (const [name, entry] of node.durable) copy.durable.set(name, copyDurable(entry, copies));
  return copy;
}

const copyOfFile = (file: FileNode): FileNode => ({
  ...file,
  data: new FileData(file.data.durableBytes()),
  lockedBy: undefined,
});

function fileAt(tree: DiskTree, path: string): FileNode {
  const { node } = walk(tree.root, path);
  if (node?.kind !== 'file') throw new Error(`there is no file ${path}`);
  return node;
}

function slotOf(tree: DiskTree, path: string): Slot {
  const { slot } = walk(tree.root, path);
  if (slot === undefined) throw new Error(`${path} is the root`);
  return slot;
}

function makeSlot(tree: DiskTree, path: string): Slot {
  const names = path.split('/').filter((name) => name !== '');
  for (let count = 1; count < names.length; count += 1) {
    const { slot, node } = walk(tree.root, `/${names.slice(0, count).join('/')}`);
    if (slot === undefined) continue;
    if (node === undefined) tree.makeDirectory(slot, makingDirectory);
    tree.journal.settle(slot);
  }
  return slotOf(tree, path);
}

/** What stands there on both planes. */
function settled(tree: DiskTree, slot: Slot): Node {
  tree.journal.settle(slot);
  const node = slot.directory.written.get(slot.name);
  if (node === undefined) throw new Error(`there is no ${slot.name}`);
  return node;
}

function place({ directory, name }: Slot, node: Node): void {
  directory.written.set(name, node);
  directory.durable.set(name, node);
}
