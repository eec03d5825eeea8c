/** From a path to what stands there. There are no links, so `..` leads back where one came from. */
import { TrapError } from '../world.js';
import { Refusal } from './disk-error.js';
import type { DirectoryNode, Node, Slot } from './inodes.js';

export type Plane = 'written' | 'durable';

export interface Place {
  /** Undefined for the root itself. */
  readonly slot: Slot | undefined;
  readonly node: Node | undefined;
  /** The directories on the way, the root first. */
  readonly parents: readonly DirectoryNode[];
  /** Absolute, without detours. */
  readonly path: string;
}

const nameBytesMax = 255;
const pathBytesMax = 4095;

/** @throws Refusal when the way there is not one of directories; the last name may lead nowhere. */
export function walk(root: DirectoryNode, path: string): Place {
  const parents: DirectoryNode[] = [];
  const taken: string[] = [];
  let node: Node | undefined = root;
  for (const name of namesOf(path)) {
    const directory = requireDirectory(node);
    if (name === '..') {
      node = parents.pop() ?? root;
      taken.pop();
    } else {
      parents.push(directory);
      taken.push(name);
      node = entryOf(directory, name);
    }
  }
  if (path.endsWith('/') && node?.kind === 'file') throw new Refusal('ENOTDIR');
  const directory = parents.at(-1);
  const last = taken.at(-1);
  const slot = directory && last !== undefined ? { directory, name: last } : undefined;
  return { slot, node, parents, path: `/${taken.join('/')}` };
}

function requireDirectory(node: Node | undefined): DirectoryNode {
  if (node === undefined) throw new Refusal('ENOENT');
  if (node.kind === 'file') throw new Refusal('ENOTDIR');
  return node;
}

function entryOf(directory: DirectoryNode, name: string): Node | undefined {
  if (Buffer.byteLength(name) > nameBytesMax) throw new Refusal('ENAMETOOLONG');
  return directory.written.get(name);
}

function namesOf(path: string): readonly string[] {
  if (path === '') throw new Refusal('ENOENT');
  if (path.includes('\0')) throw new TrapError('a path with a zero byte');
  if (Buffer.byteLength(path) > pathBytesMax) throw new Refusal('ENAMETOOLONG');
  return path.split('/').filter((name) => name !== '' && name !== '.');
}

/** @param isCertain whether a name may be relied on; the answer is undefined where one may not. */
export function look(
  root: DirectoryNode,
  path: string,
  plane: Plane,
  isCertain: (slot: Slot) => boolean = () => true,
): Node | undefined {
  let node: Node | undefined = root;
  for (const name of path.split('/')) {
    if (name === '') continue;
    if (node?.kind !== 'directory' || !isCertain({ directory: node, name })) return undefined;
    node = node[plane].get(name);
  }
  return node;
}
