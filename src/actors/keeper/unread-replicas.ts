/**
 * Replicas that could not be read, from one pass of a scrub to the next.
 *
 * A disk that does not answer once says nothing. A replica that could not be read in two passes in
 * a row is told of, so that nothing rests on it any more.
 */
import type { FileId } from '../../domain/ids.js';
import { scrubLimits } from '../../domain/scrub.js';

export class UnreadReplicas {
  #before = new Set<FileId>();
  #now = new Set<FileId>();

  /** That could not be read when they were tried last. */
  get count(): number {
    return new Set([...this.#before, ...this.#now]).size;
  }

  /** @returns whether it could not be read in the pass before either */
  note(fileId: FileId): boolean {
    if (this.#now.size < scrubLimits.unreadTrackedMax) this.#now.add(fileId);
    return this.#before.has(fileId);
  }

  forget(fileId: FileId): void {
    this.#before.delete(fileId);
    this.#now.delete(fileId);
  }

  /** One that was not tried in it is not here any more. */
  endPass(): void {
    this.#before = this.#now;
    this.#now = new Set();
  }
}
