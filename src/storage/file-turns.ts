import type { FileId } from '../domain/ids.js';

/** Work that touches the names of one file is done one after the other; different files do not wait. */
export class FileTurns {
  readonly #tails = new Map<FileId, Promise<void>>();

  async run<Value>(fileId: FileId, work: () => Promise<Value>): Promise<Value> {
    let leave = () => {};
    const done = new Promise<void>((resolve) => {
      leave = resolve;
    });
    const before = this.#tails.get(fileId);
    this.#tails.set(fileId, done);
    await before;
    try {
      return await work();
    } finally {
      if (this.#tails.get(fileId) === done) this.#tails.delete(fileId);
      leave();
    }
  }
}
