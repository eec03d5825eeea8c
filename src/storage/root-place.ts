/**
 * Whether the root that was opened is still in its place.
 *
 * It may be unmounted while its keeper runs. What lies there then is an empty directory, or what
 * another keeper has made of it: nothing is absent because it is not in there, and nothing is put
 * into it. The directory is held open, so that no other one can come to have its number.
 */
import { constants } from 'node:fs';
import { type FileHandle, lstat, open } from 'node:fs/promises';
import { ReelkeepError } from '../domain/errors.js';
import type { PlaceInput } from './pool/task-messages.js';

export class RootPlace {
  readonly #objects: string;
  readonly #handle: FileHandle;
  readonly #device: bigint;
  readonly #inode: bigint;

  /** @param objects the root's own directory of replicas */
  static async find(objects: string): Promise<RootPlace> {
    const handle = await open(objects, constants.O_RDONLY | constants.O_DIRECTORY);
    try {
      const { dev, ino } = await handle.stat({ bigint: true });
      return new RootPlace(objects, handle, dev, ino);
    } catch (error) {
      await handle.close();
      throw error;
    }
  }

  private constructor(objects: string, handle: FileHandle, device: bigint, inode: bigint) {
    this.#objects = objects;
    this.#handle = handle;
    this.#device = device;
    this.#inode = inode;
  }

  /** @throws ReelkeepError `unavailable` when another directory is there; the error of the disk when none is. */
  async requireThere(): Promise<void> {
    const { dev, ino } = await lstat(this.#objects, { bigint: true });
    if (dev !== this.#device || ino !== this.#inode) throw this.elsewhere();
  }

  /** What a task is given that has to look for itself. */
  get wanted(): PlaceInput {
    return { path: this.#objects, device: this.#device, inode: this.#inode };
  }

  elsewhere(): ReelkeepError {
    return new ReelkeepError(
      'unavailable',
      `${this.#objects} is not the directory that this keeper has opened: mount its disk again`,
    );
  }

  /** Does what would go wrong unseen on another directory; the root is looked for before and after. */
  async whileThere<Value>(work: () => Promise<Value>): Promise<Value> {
    await this.requireThere();
    const value = await work();
    await this.requireThere();
    return value;
  }

  close(): Promise<void> {
    return this.#handle.close();
  }
}
