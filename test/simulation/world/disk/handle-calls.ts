/** The calls of the operating system that take descriptors, on behalf of a process and done at once. */
import type { SimProcess } from '../sim-process.js';
import { Refusal } from './disk-error.js';
import type { CallOnDisk, DiskCall } from './disk-faults.js';
import { attempt, changeTimeMs, type DiskParts, freeBytes, refusable } from './disk-parts.js';
import type { FileNode, Node } from './inodes.js';
import type { OpenFile } from './open-files.js';

/** Of the file; where the last one ended when it is null. */
export type Position = number | null;

export class HandleCalls {
  readonly #parts: DiskParts;

  constructor(parts: DiskParts) {
    this.#parts = parts;
  }

  /** However it ends, the descriptor is closed. */
  close(process: SimProcess, fd: number): void {
    const file = this.#file(process, fd, 'close');
    this.#parts.openFiles.close(file);
    attempt(this.#parts, callOn(file, 'close', 'close'), () => undefined);
  }

  stat(process: SimProcess, fd: number): Node {
    const file = this.#file(process, fd, 'fstat');
    return attempt(this.#parts, callOn(file, 'stat', 'fstat'), () => file.node);
  }

  /** Answers how many bytes were read. */
  read(process: SimProcess, fd: number, into: Uint8Array, position: Position): number {
    const file = this.#file(process, fd, 'read');
    return attempt(this.#parts, callOn(file, 'read', 'read'), () => {
      if (!file.flags.reads) throw new Refusal('EBADF');
      const wanted = into.subarray(0, this.#usualLength(process, into.length));
      const count = fileOf(file, 'EISDIR').data.read(wanted, position ?? file.position);
      if (position === null) file.position += count;
      return count;
    });
  }

  /** Answers how many bytes were written. */
  write(process: SimProcess, fd: number, bytes: Uint8Array, position: Position): number {
    const file = this.#file(process, fd, 'write');
    return attempt(this.#parts, callOn(file, 'write', 'write'), () => {
      if (!file.flags.writes) throw new Refusal('EBADF');
      const node = fileOf(file, 'EBADF');
      const offset = file.flags.appends ? node.data.size : (position ?? file.position);
      const wanted = this.#usualLength(process, bytes.length);
      const count = node.data.fitting(offset, wanted, freeBytes(this.#parts));
      if (count === 0 && bytes.length > 0) throw new Refusal('ENOSPC');
      const written = bytes.subarray(0, count);
      this.#parts.tree.change(node, changeTimeMs(process), (data) => data.write(written, offset));
      if (position === null) file.position = offset + count;
      return count;
    });
  }

  truncate(process: SimProcess, fd: number, size: number): void {
    const file = this.#file(process, fd, 'ftruncate');
    attempt(this.#parts, callOn(file, 'truncate', 'ftruncate'), () => {
      const node = fileOf(file, 'EINVAL');
      if (!file.flags.writes) throw new Refusal('EINVAL');
      this.#parts.tree.change(node, changeTimeMs(process), (data) => data.truncate(size));
    });
  }

  /** A sync that a rule makes fail takes with it what it was to make durable, as on Linux. */
  sync(process: SimProcess, fd: number, syscall: 'fsync' | 'fdatasync'): void {
    const file = this.#file(process, fd, syscall);
    const { node, path } = file;
    const { tree, watchers } = this.#parts;
    const call = callOn(file, 'sync', syscall);
    const sync = () => (node.kind === 'file' ? node.data.sync() : tree.journal.sync(node));
    attempt(this.#parts, call, sync, (rule) => {
      const readsBack = rule.readsBack ?? 'new';
      if (node.kind === 'directory') tree.journal.failSync(node);
      else tree.change(node, node.modifiedAtMs, (data) => data.failSync(readsBack));
      watchers.syncFailed();
    });
    watchers.synced(path, node.kind, process);
  }

  /** Of the open file and not of the process: opened twice, it is locked once. */
  tryLock(process: SimProcess, fd: number): boolean {
    const file = this.#file(process, fd, 'lock');
    return refusable(callOn(file, 'open', 'lock'), () => {
      if (!file.flags.writes) throw new Refusal('EBADF');
      const node = fileOf(file, 'EBADF');
      node.lockedBy ??= file;
      return node.lockedBy === file;
    });
  }

  #file(process: SimProcess, fd: number, syscall: string): OpenFile {
    const call = { call: 'stat', syscall, path: '', isByHandle: true } as const;
    return refusable(call, () => this.#parts.openFiles.get(process, fd));
  }

  /** Any call may read or write less than it was asked to. */
  #usualLength(process: SimProcess, length: number): number {
    const { shortProbability } = this.#parts.faults;
    const isShort = length > 1 && shortProbability > 0 && process.chance.isHit(shortProbability);
    return isShort ? process.chance.int(1, length - 1) : length;
  }
}

const callOn = ({ path }: OpenFile, call: DiskCall, syscall: string): CallOnDisk => ({
  call,
  syscall,
  path,
  isByHandle: true,
});

function fileOf({ node }: OpenFile, otherwise: 'EISDIR' | 'EBADF' | 'EINVAL'): FileNode {
  if (node.kind === 'directory') throw new Refusal(otherwise);
  return node;
}
