/** What is on its way to this disk, so that it can be told of, given up, and not fetched twice at once. */
import type { FileId, UploadId } from '../../domain/ids.js';

export class Arrivals {
  readonly #uploads = new Map<UploadId, AbortController>();
  readonly #copies = new Set<FileId>();

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
}
