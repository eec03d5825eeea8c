/** What is on its way to this disk, so that it can be told of, given up, and not fetched twice at once. */
import { ReelkeepError } from '../../domain/errors.js';
import type { FileId, UploadId } from '../../domain/ids.js';

/** One replica from its first byte until the master has accepted it. */
interface Arrival {
  readonly fileId: FileId;
  /** Rejects when it came to nothing. */
  readonly stored: Promise<void>;
  giveUp(failure: unknown): void;
}

export class Arrivals {
  readonly #uploads = new Map<UploadId, AbortController>();
  readonly #copies = new Set<FileId>();
  readonly #arrivals = new Set<Arrival>();

  get uploadIds(): readonly UploadId[] {
    return [...this.#uploads.keys()];
  }

  /** Copies under way. */
  get copies(): number {
    return this.#copies.size;
  }

  /** @returns what is aborted when the master does not want the upload any more */
  beginUpload(uploadId: UploadId): AbortController {
    const discarded = new AbortController();
    this.#uploads.set(uploadId, discarded);
    return discarded;
  }

  /** @param discarded of the try that ends; a later try of the same upload goes on */
  endUpload(uploadId: UploadId, discarded: AbortController): void {
    if (this.#uploads.get(uploadId) === discarded) this.#uploads.delete(uploadId);
  }

  discardUpload(uploadId: UploadId, reason: unknown): void {
    this.#uploads.get(uploadId)?.abort(reason);
  }

  /** @returns whether the copy may begin: it is not under way already */
  beginCopy(fileId: FileId): boolean {
    if (this.#copies.has(fileId)) return false;
    this.#copies.add(fileId);
    return true;
  }

  endCopy(fileId: FileId): void {
    this.#copies.delete(fileId);
  }

  follow(arrival: Arrival): void {
    this.#arrivals.add(arrival);
    const end = (): void => void this.#arrivals.delete(arrival);
    arrival.stored.then(end, end);
  }

  /** Nothing of the file is on its way when this resolves, nor a report of it that is still to be made. */
  async end(fileId: FileId, reason: unknown): Promise<void> {
    const ending = [...this.#arrivals].filter((arrival) => arrival.fileId === fileId);
    for (const arrival of ending) arrival.giveUp(reason);
    await Promise.allSettled(ending.map((arrival) => arrival.stored));
  }

  /** Resolves when nothing is on its way any more; what the master has not heard of by `signal` is given up. */
  async settle(signal: AbortSignal): Promise<void> {
    const giveUp = (): void => {
      for (const arrival of this.#arrivals)
        arrival.giveUp(new ReelkeepError('unavailable', 'the keeper is stopping'));
    };
    signal.addEventListener('abort', giveUp, { once: true });
    if (signal.aborted) giveUp();
    await Promise.allSettled(Array.from(this.#arrivals, (arrival) => arrival.stored));
    signal.removeEventListener('abort', giveUp);
  }
}
