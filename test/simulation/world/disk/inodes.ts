/** What a disk keeps: files and directories, with their entries on both planes. */
import type { EntryOperation } from './entry-journal.js';
import type { FileData } from './file-data.js';
import type { OpenFile } from './open-files.js';

interface Inode {
  number: number;
  readonly mode: number;
  /** Names that lead here on the written plane. */
  links: number;
  opens: number;
  modifiedAtMs: number;
  changedAtMs: number;
  readonly bornAtMs: number;
  /** The last entry operation of which it is the object, while that is not durable. */
  lastOperation: EntryOperation | undefined;
}

export interface FileNode extends Inode {
  readonly kind: 'file';
  readonly data: FileData;
  lockedBy: OpenFile | undefined;
}

export interface DirectoryNode extends Inode {
  readonly kind: 'directory';
  readonly written: Map<string, Node>;
  readonly durable: Map<string, Node>;
  /** Those that a sync of this directory makes durable. */
  readonly unsynced: Set<EntryOperation>;
  /** By name, the last that is not durable. */
  readonly lastOperations: Map<string, EntryOperation>;
}

export type Node = FileNode | DirectoryNode;

/** A place for a name. */
export interface Slot {
  readonly directory: DirectoryNode;
  readonly name: string;
}
