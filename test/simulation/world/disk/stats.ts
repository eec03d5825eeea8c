/** What `stat`, `readdir` and `statfs` answer. */
import { constants } from 'node:fs';
import type { Node } from './inodes.js';

class FileKind {
  readonly #kind: Node['kind'];

  constructor(kind: Node['kind']) {
    this.#kind = kind;
  }

  isFile(): boolean {
    return this.#kind === 'file';
  }

  isDirectory(): boolean {
    return this.#kind === 'directory';
  }

  isSymbolicLink(): boolean {
    return false;
  }

  isFIFO(): boolean {
    return false;
  }

  isSocket(): boolean {
    return false;
  }

  isBlockDevice(): boolean {
    return false;
  }

  isCharacterDevice(): boolean {
    return false;
  }
}

export class SimDirent extends FileKind {
  readonly name: string;
  readonly parentPath: string;
  readonly path: string;

  constructor(name: string, directory: string, node: Node) {
    super(node.kind);
    this.name = name;
    this.parentPath = directory;
    this.path = directory;
  }
}

const blockBytes = 512;
/** All of a machine is one disk. */
const device = 1;
const directoryBytes = 4096;

export class SimStats<Count extends number | bigint = number> extends FileKind {
  readonly dev: Count;
  readonly ino: Count;
  readonly mode: Count;
  readonly nlink: Count;
  readonly uid: Count;
  readonly gid: Count;
  readonly rdev: Count;
  readonly size: Count;
  readonly blksize: Count;
  readonly blocks: Count;
  readonly atimeMs: Count;
  readonly mtimeMs: Count;
  readonly ctimeMs: Count;
  readonly birthtimeMs: Count;

  constructor(node: Node, as: (count: number) => Count) {
    super(node.kind);
    const isFile = node.kind === 'file';
    this.dev = as(device);
    this.ino = as(node.number);
    this.mode = as((isFile ? constants.S_IFREG : constants.S_IFDIR) | node.mode);
    this.nlink = as(isFile ? node.links : 2);
    this.uid = as(0);
    this.gid = as(0);
    this.rdev = as(0);
    this.size = as(isFile ? node.data.size : directoryBytes);
    this.blksize = as(4096);
    this.blocks = as(isFile ? Math.ceil(node.data.takenBytes / blockBytes) : 8);
    this.atimeMs = as(node.bornAtMs);
    this.mtimeMs = as(node.modifiedAtMs);
    this.ctimeMs = as(node.changedAtMs);
    this.birthtimeMs = as(node.bornAtMs);
  }

  get mtime(): Date {
    return new Date(Number(this.mtimeMs));
  }

  get birthtime(): Date {
    return new Date(Number(this.birthtimeMs));
  }
}

export interface SimStatFs {
  readonly type: number;
  readonly bsize: number;
  readonly blocks: number;
  readonly bfree: number;
  readonly bavail: number;
  readonly files: number;
  readonly ffree: number;
}

/** A block is a byte, so that small disks are exact. */
export const statFs = (capacityBytes: number, freeBytes: number): SimStatFs => ({
  type: 0xef53,
  bsize: 1,
  blocks: capacityBytes,
  bfree: freeBytes,
  bavail: freeBytes,
  files: 1_000_000,
  ffree: 1_000_000,
});
