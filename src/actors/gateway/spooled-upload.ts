/**
 * One upload in the spool: bytes come in, as often as their connection breaks, until they are whole;
 * then the cluster is given them, as often as that takes.
 *
 *   open --bytes--> open --whole, put--> storing --acked--> stored
 *                     ^                     |
 *                     +--may pass, conflict-+--refused for good--> refused
 *
 * Bytes count when they are durable. The last one is not confirmed before the cluster has
 * acknowledged the file: who asks where to go on is told of the offset before it, sends it again,
 * and so has the cluster asked again.
 */
import { randomBytes } from 'node:crypto';
import type { Readable } from 'node:stream';
import { ReelkeepError, toPlainError } from '../../domain/errors.js';
import type { FileView } from '../../domain/file-view.js';
import { type UploadId, uploadId } from '../../domain/ids.js';
import { toDiskError } from '../../storage/disk-error.js';
import type { SpoolFile, SpoolFiles } from '../../storage/spool-files.js';
import type { PutRequest } from '../client/cluster.js';
import { pacedBytes } from './paced-bytes.js';
import { noteText, type SpoolNote } from './spool-note.js';
import type { RoomShare } from './spool-room.js';
import { uploadLimits } from './upload-limits.js';

export type SpoolPut = (request: PutRequest) => Promise<FileView>;

export interface SpooledParts {
  readonly id: string;
  readonly files: SpoolFiles;
  readonly room: RoomShare;
  readonly wallMs: () => number;
  /** Told when it is no longer in the spool. */
  readonly onGone: () => void;
  /** A place among those that send; throws when all are taken. What it answers gives it back. */
  readonly enter: () => () => void;
  /** `kept` outlives its connection and a restart; `passing` ends with whoever sends it. */
  readonly life: 'kept' | 'passing';
}

export class SpooledUpload {
  readonly #parts: SpooledParts;
  #note: SpoolNote;
  /** Of one that passes, until its bytes have ended: no more than that is known. */
  #sizeIsOpen: boolean;
  #receiving: Promise<number> | undefined;
  #storing: Promise<FileView> | undefined;
  #gone = false;

  /** @param sizeIsOpen the size of the note is the most that it may be */
  constructor(parts: SpooledParts, note: SpoolNote, sizeIsOpen = false) {
    this.#parts = parts;
    this.#note = note;
    this.#sizeIsOpen = sizeIsOpen;
  }

  get id(): string {
    return this.#parts.id;
  }

  get note(): SpoolNote {
    return this.#note;
  }

  /** Every byte is durable. */
  get isWhole(): boolean {
    return !this.#sizeIsOpen && this.#note.durableBytes === this.#note.size;
  }

  /** Where the next bytes belong. */
  get offset(): number {
    const { outcome, size, durableBytes } = this.#note;
    if (outcome.type === 'stored') return size;
    return this.isWhole ? Math.max(0, size - 1) : durableBytes;
  }

  /** While it is being sent, or stored. */
  get isBusy(): boolean {
    return this.#receiving !== undefined || this.#storing !== undefined;
  }

  /** What the cluster is doing with it, while it does. */
  get storing(): Promise<FileView> | undefined {
    return this.#storing;
  }

  /** Also when a crowd of requests asks for it, the note is there before anything is told of it. */
  async begin(): Promise<void> {
    const file = await this.#parts.files.create(this.id);
    await file.close();
    await this.#keepNote(this.#note);
  }

  /**
   * Takes what the stream has, in order; what came before it broke is kept.
   *
   * @returns the offset afterwards
   * @throws ReelkeepError `unavailable` for a sender that is too slow or for a sick disk, `no-space`,
   *   `refused-input` for more bytes than there are to be; what the stream throws
   */
  async append(bytes: Readable, at: number): Promise<number> {
    if (this.isBusy || this.#gone || this.#note.outcome.type !== 'open' || at !== this.offset)
      throw new ReelkeepError('unavailable', 'this upload takes no bytes there now: ask where');
    const leave = this.#parts.enter();
    this.#receiving = this.#append(bytes, at).finally(() => {
      this.#receiving = undefined;
      leave();
    });
    return await this.#receiving;
  }

  /** No more bytes come of one whose size nobody told. */
  end(): void {
    this.#sizeIsOpen = false;
    this.#note = { ...this.#note, size: this.#note.durableBytes };
  }

  /**
   * Has the cluster take the file; everyone who asks meanwhile gets the same answer.
   *
   * @throws ReelkeepError
   */
  commit(put: SpoolPut): Promise<FileView> {
    this.#storing ??= this.#store(put).finally(() => {
      this.#storing = undefined;
    });
    return this.#storing;
  }

  /** Resolves when nobody sends it or stores it any more. */
  async settled(): Promise<void> {
    await Promise.allSettled([this.#receiving, this.#storing]);
  }

  /** @throws ReelkeepError `unavailable` while it is being sent or stored */
  async discard(): Promise<void> {
    if (this.isBusy) throw new ReelkeepError('unavailable', 'this upload is in use');
    await this.#vanish();
  }

  async #append(bytes: Readable, at: number): Promise<number> {
    const file = await this.#parts.files.reopen(this.id, this.#note.durableBytes);
    try {
      await this.#receive(file, bytes, at);
    } finally {
      await file.close();
    }
    return this.isWhole ? this.#note.size : this.offset;
  }

  async #receive(file: SpoolFile, bytes: Readable, from: number): Promise<void> {
    let at = from;
    let keptAt = from;
    try {
      for await (const chunk of pacedBytes(bytes)) {
        await this.#write(file, chunk, at);
        at += chunk.byteLength;
        if (at - keptAt < uploadLimits.syncEveryBytes) continue;
        await this.#keep(file, at);
        keptAt = at;
      }
    } finally {
      if (at > keptAt) await this.#keep(file, at);
    }
  }

  async #write({ handle }: SpoolFile, chunk: Uint8Array, at: number): Promise<void> {
    const end = at + chunk.byteLength;
    if (end > this.#note.size)
      throw new ReelkeepError('refused-input', 'more bytes came than the upload was to have');
    const { room } = this.#parts;
    if (this.#sizeIsOpen) await room.atLeast(end, uploadLimits.roomStepBytes);
    await room.write(chunk.byteLength, async () => {
      let done = 0;
      while (done < chunk.byteLength) {
        const { bytesWritten } = await handle
          .write(chunk, done, chunk.byteLength - done, at + done)
          .catch(asDiskError);
        done += bytesWritten;
      }
    });
  }

  /** A sync that failed may have lost what it was for: nothing of the file is believed any more. */
  async #keep(file: SpoolFile, at: number): Promise<void> {
    try {
      // What passes is gone after a crash anyway.
      if (this.#parts.life === 'kept') await file.sync();
    } catch (error) {
      await this.#vanish();
      throw error;
    }
    const durableBytes = Math.max(at, this.#note.durableBytes);
    await this.#keepNote({ ...this.#note, durableBytes, touchedAt: this.#parts.wallMs() });
  }

  async #store(put: SpoolPut): Promise<FileView> {
    try {
      const file = await this.#putAsKnown(put);
      await this.#stored(file);
      return file;
    } catch (error) {
      await this.#failed(error);
      throw error;
    }
  }

  /** A try that failed for good has used up its id, which is learnt by trying it again. */
  async #putAsKnown(put: SpoolPut): Promise<FileView> {
    try {
      return await put(this.#request());
    } catch (error) {
      if (toPlainError(error).code !== 'not-found') throw error;
    }
    await this.#keepNote({ ...this.#note, uploadId: freshId() });
    return await put(this.#request());
  }

  #request(): PutRequest {
    const { name, target, acks, replace, uploadId: id } = this.#note;
    return {
      path: this.#parts.files.dataPath(this.id),
      name,
      replace,
      uploadId: id,
      ...(target === undefined ? {} : { target }),
      ...(acks === undefined ? {} : { acks }),
    };
  }

  /** First the note: if that is lost, the cluster is asked again, and knows the upload. */
  async #stored({ digest }: FileView): Promise<void> {
    const touchedAt = this.#parts.wallMs();
    await this.#keepNote({ ...this.#note, touchedAt, outcome: { type: 'stored', digest } });
    await this.#letGoOfBytes();
  }

  /** What is no film will never be one; after anything else it may be tried again. */
  async #failed(failure: unknown): Promise<void> {
    const error = toPlainError(failure);
    const touchedAt = this.#parts.wallMs();
    if (error.code === 'integrity') await this.#keepNote({ ...this.#note, uploadId: freshId() });
    if (error.code !== 'refused-input') return;
    await this.#keepNote({ ...this.#note, touchedAt, outcome: { type: 'refused', error } });
    await this.#letGoOfBytes();
  }

  async #letGoOfBytes(): Promise<void> {
    this.#parts.room.giveBack();
    await this.#parts.files.removeData(this.id);
  }

  async #vanish(): Promise<void> {
    if (this.#gone) return;
    this.#gone = true;
    this.#parts.onGone();
    this.#parts.room.giveBack();
    await this.#parts.files.remove(this.id);
  }

  async #keepNote(note: SpoolNote): Promise<void> {
    if (this.#gone) return;
    if (this.#parts.life === 'kept') await this.#parts.files.writeNote(this.id, noteText(note));
    this.#note = note;
  }
}

const freshId = (): UploadId => uploadId(randomBytes(16).toString('hex'));

const asDiskError = (error: unknown): never => {
  throw toDiskError('writing to the spool', error);
};
