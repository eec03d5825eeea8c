/** The calls of the operating system that take paths, on behalf of a process and done at once. */
import { hashText } from '../chance.js';
import type { SimProcess } from '../sim-process.js';
import { Refusal } from './disk-error.js';
import type { DiskCall } from './disk-faults.js';
import { attempt, changeTimeMs, type DiskParts, freeBytes } from './disk-parts.js';
import type { Node, Slot } from './inodes.js';
import type { OpenFile } from './open-files.js';
import type { OpenFlags } from './open-flags.js';
import { type Place, walk } from './path-walk.js';
import { type SimStatFs, statFs } from './stats.js';

/** Of every process. */
const umask = 0o022;

export class PathCalls {
  readonly #parts: DiskParts;

  constructor(parts: DiskParts) {
    this.#parts = parts;
  }

  open(process: SimProcess, path: string, flags: OpenFlags, mode: number): OpenFile {
    return this.#attempt('open', path, () => {
      const place = this.#walk(path);
      const node = place.node ?? this.#create(process, place, path, flags, mode);
      if (place.node !== undefined) this.#reopen(process, node, flags);
      return this.#parts.openFiles.open({ process, node, path: place.path, flags });
    });
  }

  stat(path: string, syscall: 'stat' | 'lstat'): Node {
    const call = { call: 'stat', syscall, path } as const;
    return attempt(this.#parts, call, () => found(this.#walk(path)));
  }

  statfs(path: string): SimStatFs {
    return this.#attempt('statfs', path, () => {
      found(this.#walk(path));
      return statFs(this.#parts.capacityBytes, freeBytes(this.#parts));
    });
  }

  realpath(path: string): string {
    return this.#attempt('realpath', path, () => {
      const place = this.#walk(path);
      found(place);
      return place.path;
    });
  }

  /** In an order that means nothing, but is always the same. */
  readdir(path: string): readonly (readonly [name: string, node: Node])[] {
    const call = { call: 'readdir', syscall: 'scandir', path } as const;
    return attempt(this.#parts, call, () => {
      const node = found(this.#walk(path));
      if (node.kind === 'file') throw new Refusal('ENOTDIR');
      const entries = [...node.written].map((entry) => ({ entry, at: hashText(entry[0]) }));
      return entries.sort((a, b) => a.at - b.at).map(({ entry }) => entry);
    });
  }

  mkdir(process: SimProcess, path: string, mode: number): void {
    this.#attempt('mkdir', path, () => {
      const { slot, node } = this.#walk(path);
      if (node !== undefined || slot === undefined) throw new Refusal('EEXIST');
      this.#makeDirectory(process, slot, mode);
    });
  }

  /** Answers the first directory that it made. */
  mkdirs(process: SimProcess, path: string, mode: number): string | undefined {
    return this.#attempt('mkdir', path, () => {
      const names = path.split('/').filter((name) => name !== '');
      const paths = names.map((_, index) => `/${names.slice(0, index + 1).join('/')}`);
      const made = paths.filter((at, index) =>
        this.#makeUnlessThere(process, at, mode, index + 1 === names.length),
      );
      return made[0];
    });
  }

  rename(process: SimProcess, path: string, dest: string): void {
    const call = { call: 'rename', syscall: 'rename', path, dest } as const;
    attempt(this.#parts, call, () => {
      const from = this.#walk(path);
      const to = this.#walk(dest);
      if (from.slot === undefined || to.slot === undefined) throw new Refusal('EBUSY');
      const node = found(from);
      requireMovable(node, from, to, path.endsWith('/') || dest.endsWith('/'));
      if (to.node === node) return;
      const { watchers, tree } = this.#parts;
      if (to.node !== undefined) watchers.removed(to.path, 'replaced', process);
      watchers.renamed(from.path, to.path, process);
      tree.move(from.slot, to.slot, node, changeTimeMs(process));
    });
  }

  link(process: SimProcess, path: string, dest: string): void {
    const call = { call: 'link', syscall: 'link', path, dest } as const;
    attempt(this.#parts, call, () => {
      const node = found(this.#walk(path));
      const to = this.#walk(dest);
      if (to.node !== undefined || to.slot === undefined) throw new Refusal('EEXIST');
      if (dest.endsWith('/')) throw new Refusal('ENOENT');
      if (node.kind === 'directory') throw new Refusal('EPERM');
      this.#parts.tree.put(to.slot, node, changeTimeMs(process));
    });
  }

  unlink(process: SimProcess, path: string): void {
    this.#attempt('unlink', path, () => {
      const place = this.#walk(path);
      const node = found(place);
      if (node.kind === 'directory' || place.slot === undefined) throw new Refusal('EISDIR');
      this.#remove(process, place.path, place.slot, node);
    });
  }

  rmdir(process: SimProcess, path: string): void {
    this.#attempt('rmdir', path, () => {
      const place = this.#walk(path);
      const node = found(place);
      if (node.kind === 'file') throw new Refusal('ENOTDIR');
      if (place.slot === undefined) throw new Refusal('EBUSY');
      if (node.written.size > 0) throw new Refusal('ENOTEMPTY');
      this.#remove(process, place.path, place.slot, node);
    });
  }

  #attempt<Value>(call: DiskCall, path: string, work: () => Value): Value {
    return attempt(this.#parts, { call, syscall: call, path }, work);
  }

  #walk(path: string): Place {
    return walk(this.#parts.tree.root, path);
  }

  #create(
    process: SimProcess,
    { slot }: Place,
    path: string,
    { creates }: OpenFlags,
    mode: number,
  ): Node {
    if (slot === undefined || !creates) throw new Refusal('ENOENT');
    if (path.endsWith('/')) throw new Refusal('EISDIR');
    const making = { mode: mode & ~umask, nowMs: changeTimeMs(process) };
    const node = this.#parts.tree.makeFile(slot, making);
    this.#parts.watchers.created(path, process);
    return node;
  }

  #reopen(process: SimProcess, node: Node, flags: OpenFlags): void {
    if (flags.isExclusive) throw new Refusal('EEXIST');
    if (node.kind === 'directory') {
      if (flags.writes || flags.creates) throw new Refusal('EISDIR');
      return;
    }
    if (flags.wantsDirectory) throw new Refusal('ENOTDIR');
    if (flags.empties && flags.writes)
      this.#parts.tree.change(node, changeTimeMs(process), (data) => data.truncate(0));
  }

  #makeUnlessThere(process: SimProcess, path: string, mode: number, isLast: boolean): boolean {
    const { slot, node } = this.#walk(path);
    if (node?.kind === 'file') throw new Refusal(isLast ? 'EEXIST' : 'ENOTDIR');
    if (node !== undefined || slot === undefined) return false;
    this.#makeDirectory(process, slot, mode);
    return true;
  }

  #makeDirectory(process: SimProcess, slot: Slot, mode: number): void {
    this.#parts.tree.makeDirectory(slot, { mode: mode & ~umask, nowMs: changeTimeMs(process) });
  }

  #remove(process: SimProcess, path: string, slot: Slot, node: Node): void {
    this.#parts.watchers.removed(path, 'unlinked', process);
    this.#parts.tree.remove(slot, node, changeTimeMs(process));
  }
}

function found({ node }: Place): Node {
  if (node === undefined) throw new Refusal('ENOENT');
  return node;
}

function requireMovable(node: Node, from: Place, to: Place, isSlashed: boolean): void {
  if (node.kind === 'file' && isSlashed) throw new Refusal('ENOTDIR');
  if (node.kind === 'directory' && to.parents.includes(node)) throw new Refusal('EINVAL');
  const replaced = to.node;
  if (replaced === undefined || replaced === node) return;
  if (replaced.kind === 'file') {
    if (node.kind === 'directory') throw new Refusal('ENOTDIR');
    return;
  }
  if (from.parents.includes(replaced)) throw new Refusal('ENOTEMPTY');
  if (node.kind === 'file') throw new Refusal('EISDIR');
  if (replaced.written.size > 0) throw new Refusal('ENOTEMPTY');
}
