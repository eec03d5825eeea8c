/** The spool, as the library that speaks the tus protocol wants to see it. */
import type { Readable } from 'node:stream';
import { DataStore, Upload } from '@tus/server';
import { ReelkeepError } from '../../domain/errors.js';
import type { SpooledUpload } from './spooled-upload.js';
import { uploadLimits } from './upload-limits.js';
import type { UploadSpool } from './upload-spool.js';

export class TusStore extends DataStore {
  readonly #spool: UploadSpool;

  constructor(spool: UploadSpool) {
    super();
    this.#spool = spool;
    this.extensions = ['creation', 'creation-with-upload', 'termination', 'expiration'];
  }

  /** @throws ReelkeepError `not-found` */
  find(id: string): SpooledUpload {
    const upload = this.#spool.find(id);
    if (upload !== undefined) return upload;
    throw new ReelkeepError('not-found', 'there is no such upload, or its time is over');
  }

  override async getUpload(id: string): Promise<Upload> {
    const upload = this.find(id);
    const { size, metadata } = upload.note;
    // Expiry follows from this date: an upload is as old as what last happened to it.
    const creation_date = new Date(this.#spool.expiresAt(upload) - this.getExpiration());
    return new Upload({
      id,
      size,
      offset: upload.offset,
      metadata: { ...metadata },
      creation_date: creation_date.toISOString(),
    });
  }

  override async write(bytes: Readable, id: string, offset: number): Promise<number> {
    return await this.find(id).append(bytes, offset);
  }

  override async remove(id: string): Promise<void> {
    await this.find(id).discard();
  }

  override getExpiration(): number {
    return uploadLimits.expireAfterMs;
  }
}
