/**
 * A file that a task of the pool has opened. A number of its own would not do: it may be another
 * file's as soon as it is closed, so reading and closing wait for one another here.
 */
import { close, read } from 'node:fs';

export class Descriptor {
  /** Lent to tasks of the pool; they have ended when it is closed. */
  readonly fd: number;
  readonly #reads = new Set<Promise<number>>();
  #closing: Promise<void> | undefined;

  constructor(fd: number) {
    this.fd = fd;
  }

  /** @returns how many bytes came; fewer than there is room for are no error */
  async read(into: Uint8Array, position: number): Promise<number> {
    if (this.#closing !== undefined) throw new Error('the file is closed');
    const reading = new Promise<number>((resolve, reject) =>
      read(this.fd, into, 0, into.length, position, (error, count) =>
        error === null ? resolve(count) : reject(error),
      ),
    );
    this.#reads.add(reading);
    try {
      return await reading;
    } finally {
      this.#reads.delete(reading);
    }
  }

  /** Waits for reads under way. Safe to call twice. */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    await Promise.allSettled(this.#reads);
    await new Promise<void>((resolve, reject) =>
      close(this.fd, (error) =>
        error === null || error === undefined ? resolve() : reject(error),
      ),
    );
  }
}
