/** The descriptors of a disk: each belongs to a process, falls with it, and its number is never used again. */
import type { SimProcess } from '../sim-process.js';
import { Refusal } from './disk-error.js';
import type { Node } from './inodes.js';
import type { OpenFlags } from './open-flags.js';

export interface OpenFile {
  readonly fd: number;
  readonly node: Node;
  /** As it was called when it was opened. */
  readonly path: string;
  readonly flags: OpenFlags;
  readonly process: SimProcess;
  position: number;
}

/** Those below are taken, as the standard streams are. */
const fdFirst = 20;

export class OpenFiles {
  readonly #onClose: (file: OpenFile) => void;
  readonly #byProcess = new Map<SimProcess, Map<number, OpenFile>>();
  #fdNext = fdFirst;

  /** @param onClose told when a descriptor is closed, by whatever it is. */
  constructor(onClose: (file: OpenFile) => void) {
    this.#onClose = onClose;
  }

  count(process?: SimProcess): number {
    if (process !== undefined) return this.#byProcess.get(process)?.size ?? 0;
    let sum = 0;
    for (const files of this.#byProcess.values()) sum += files.size;
    return sum;
  }

  *nodes(): Generator<Node> {
    for (const files of this.#byProcess.values()) for (const { node } of files.values()) yield node;
  }

  open(file: Pick<OpenFile, 'node' | 'path' | 'flags' | 'process'>): OpenFile {
    const opened = { ...file, fd: this.#fdNext, position: 0 };
    this.#fdNext += 1;
    opened.node.opens += 1;
    this.#filesOf(file.process).set(opened.fd, opened);
    return opened;
  }

  /** @throws Refusal `EBADF` */
  get(process: SimProcess, fd: number): OpenFile {
    const file = this.#byProcess.get(process)?.get(fd);
    if (file === undefined) throw new Refusal('EBADF');
    return file;
  }

  close(file: OpenFile): void {
    this.#byProcess.get(file.process)?.delete(file.fd);
    this.#release(file);
  }

  closeAll(): void {
    for (const process of [...this.#byProcess.keys()]) this.#closeAllOf(process);
  }

  #filesOf(process: SimProcess): Map<number, OpenFile> {
    const known = this.#byProcess.get(process);
    if (known !== undefined) return known;
    const files = new Map<number, OpenFile>();
    this.#byProcess.set(process, files);
    process.onEnd(() => this.#closeAllOf(process));
    return files;
  }

  #closeAllOf(process: SimProcess): void {
    const files = this.#byProcess.get(process);
    this.#byProcess.delete(process);
    for (const file of files?.values() ?? []) this.#release(file);
  }

  #release(file: OpenFile): void {
    const { node } = file;
    node.opens -= 1;
    if (node.kind === 'file' && node.lockedBy === file) node.lockedBy = undefined;
    this.#onClose(file);
  }
}
