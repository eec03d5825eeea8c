/**
 * One replica on its way into the store, step by step:
 *
 *   receiving → complete → data synced → manifest written → manifest synced → published → durable
 *       └───────────┴────────────┴────────────────┴────────────────┴─────────────┴→ abandoned
 *
 * Each arrow is one method, so that a machine elsewhere can order them and be stopped between any
 * two; out of order they fail. Nobody may be told of the replica before it is durable. After any
 * failed step only `abandon` is left.
 */
import assert from 'node:assert/strict';
import { chunkOffset } from '../domain/chunk-plan.js';
import { ReelkeepError } from '../domain/errors.js';
import type { Digest, FileId, UploadId } from '../domain/ids.js';
import { encodeManifest, type Manifest } from '../domain/manifest.js';
import { blake3 } from './blake3.js';
import { ChunkLedger } from './chunk-ledger.js';
import { Descriptor } from './descriptor.js';
import { diskError, systemError, toDiskError } from './disk-error.js';
import type { InspectOutput } from './pool/task-messages.js';
import { removeObject, removePair, type StoreParts } from './replica-files.js';
import { isWholeInStaging, type StagedEnd, type StagedStep } from './staged-step.js';

/** What the manifest says beyond what the replica knows of itself. */
export type ManifestFields = Pick<Manifest, 'name' | 'createdAt' | 'target' | 'mp4'>;

export interface StagedIdentity {
  readonly fileId: FileId;
  readonly uploadId: UploadId;
  /** Bytes of the whole file. */
  readonly size: number;
}

export class StagedReplica {
  readonly fileId: FileId;
  readonly uploadId: UploadId;
  readonly size: number;
  readonly #parts: StoreParts;
  readonly #data: Descriptor;
  readonly #onEnd: (end: StagedEnd) => void;
  readonly #chunks: ChunkLedger;
  readonly #inFlight = new Set<Promise<unknown>>();
  #manifest: Descriptor | undefined;
  /** Of these two, what this replica has to close. */
  #open: readonly Descriptor[];
  #step: StagedStep = 'receiving';
  /** Something of it may stand in `objects`. */
  #isExposed = false;
  #abandoning: Promise<void> | undefined;

  /** @param onEnd called once, when it is durable or abandoned. @throws `conflict`, `unavailable` */
  static async create(
    parts: StoreParts,
    identity: StagedIdentity,
    onEnd: (end: StagedEnd) => void,
  ): Promise<StagedReplica> {
    const { layout, place, pool } = parts;
    const { fileId, uploadId } = identity;
    const object = layout.object(fileId);
    const staged = layout.staged(fileId, uploadId);
    const begun = await pool.beginReplica({ place: place.wanted, object, staged });
    if (begun.ok) return new StagedReplica(parts, identity, new Descriptor(begun.fd), onEnd);
    if (begun.failure === 'elsewhere') throw place.elsewhere();
    throw new ReelkeepError('conflict', `a replica of ${fileId} is here already`);
  }

  private constructor(
    parts: StoreParts,
    { fileId, uploadId, size }: StagedIdentity,
    data: Descriptor,
    onEnd: (end: StagedEnd) => void,
  ) {
    this.fileId = fileId;
    this.uploadId = uploadId;
    this.size = size;
    this.#parts = parts;
    this.#data = data;
    this.#open = [data];
    this.#onEnd = onEnd;
    this.#chunks = new ChunkLedger(size);
  }

  get step(): StagedStep {
    return this.#step;
  }

  /** BLAKE3 of the chunk digests; of use once `checkTotals` has passed. */
  get digest(): Digest {
    return this.#chunks.fileDigest;
  }

  /**
   * Writes one chunk, if it has its digest; chunks may come in any order and several at once.
   * `shared` is in use until this settles.
   *
   * @throws ReelkeepError `integrity`, `no-space`, `unavailable`; `usage` for a chunk that this
   *   file does not have.
   */
  async writeChunk(
    index: number,
    shared: SharedArrayBuffer,
    length: number,
    digest: Uint8Array,
  ): Promise<void> {
    this.#require('receiving');
    if (!this.#chunks.fits(index, length, digest))
      throw new ReelkeepError('usage', `chunk ${index} of ${length} bytes does not fit this file`);
    const { pool, space, sync } = this.#parts;
    const position = chunkOffset(index);
    const work = space.whileRoomIsLeft(length, () =>
      pool.hashAndWrite({ shared, length, digest, fd: this.#data.fd, position }),
    );
    const output = await this.#track(work).catch((error: unknown) => {
      sync.noteError(error);
      throw toDiskError('writing a chunk', error);
    });
    if (output.ok) return space.release(this.#chunks.note(index, digest));
    if (output.failure === 'mismatch')
      throw new ReelkeepError('integrity', `chunk ${index} does not match its digest`);
    sync.noteCode(output.code, output.detail);
    throw diskError('writing a chunk', output.code, output.detail);
  }

  /**
   * receiving → complete: every chunk is written, and together they are what was announced.
   *
   * @throws ReelkeepError `integrity`.
   */
  checkTotals({ size, digest }: { readonly size: number; readonly digest: Digest }): void {
    this.#require('receiving');
    if (this.#chunks.missing > 0)
      throw new ReelkeepError(
        'integrity',
        `${this.#chunks.missing} chunks of the file are missing`,
      );
    if (size !== this.size)
      throw new ReelkeepError('integrity', `the file has ${this.size} bytes, not ${size}`);
    if (digest !== this.digest)
      throw new ReelkeepError('integrity', 'the file does not match its digest');
    this.#step = 'complete';
  }

  /** What the file is as video; any time between `checkTotals` and `publish`. */
  inspect(): Promise<InspectOutput> {
    assert(isWholeInStaging(this.#step), `inspecting while ${this.#step}`);
    return this.#track(this.#parts.pool.inspectMp4(this.#data.fd));
  }

  /** complete → data synced. */
  syncData(): Promise<void> {
    return this.#advance('complete', 'data synced', () =>
      this.#parts.sync.file(this.#data, 'the data of a replica'),
    );
  }

  /** data synced → manifest written. */
  writeManifest(fields: ManifestFields): Promise<void> {
    return this.#advance('data synced', 'manifest written', async () => {
      const { fileId, uploadId, size, digest } = this;
      const manifest = { fileId, uploadId, size, digest, ...fields };
      const bytes = encodeManifest({ ...manifest, chunkDigests: this.#chunks.digests }, blake3);
      const path = this.#parts.layout.staged(fileId, uploadId).manifest;
      this.#manifest = new Descriptor(await this.#parts.pool.writeNewFile({ path, bytes }));
      this.#open = [this.#data, this.#manifest];
    });
  }

  /** manifest written → manifest synced. */
  syncManifest(): Promise<void> {
    return this.#advance('manifest written', 'manifest synced', async () => {
      assert(this.#manifest !== undefined, 'the manifest is open');
      await this.#parts.sync.file(this.#manifest, 'the manifest of a replica');
    });
  }

  /** manifest synced → published. */
  publish(): Promise<void> {
    return this.#advance('manifest synced', 'published', () =>
      this.#parts.turns.run(this.fileId, () => this.#publish()),
    );
  }

  async #publish(): Promise<void> {
    const { layout, pool, space } = this.#parts;
    const from = layout.staged(this.fileId, this.uploadId);
    const to = layout.object(this.fileId);
    this.#isExposed = true;
    const fds = this.#handOver().map(({ fd }) => fd);
    const published = await pool.publishReplica({ from, to, fds });
    if (published.ok || (published.failure === 'disk' && published.moved)) space.addUsed(this.size);
    if (published.ok) return;
    if (published.failure === 'disk') throw systemError(published.code, published.detail);
    this.#isExposed = false;
    throw new ReelkeepError('usage', `${to.directory} is not a directory of this keeper`);
  }

  /** published → durable: from here on it may be told. */
  async syncDirectory(): Promise<void> {
    await this.#advance('published', 'durable', async () => {
      const { layout, place, sync } = this.#parts;
      if (sync.isRelaxed) return;
      await place.whileThere(async () => {
        await sync.directory(layout.bucket(this.fileId));
        // the bucket itself may be new
        await sync.directory(layout.objects);
      });
    });
    this.#onEnd('durable');
    for (const watcher of this.#parts.watchers) watcher.add(this.fileId);
  }

  /** Gives up and takes everything off the disk; does nothing to a durable replica. Safe to call twice. */
  abandon(): Promise<void> {
    if (this.#step === 'durable') return Promise.resolve();
    this.#abandoning ??= this.#abandon();
    return this.#abandoning;
  }

  async #abandon(): Promise<void> {
    this.#step = 'abandoned';
    let end: StagedEnd = this.#isExposed ? 'left behind' : 'gone';
    // a descriptor that was closed under a write could be another file's when the write is done
    await Promise.allSettled(this.#inFlight);
    try {
      await Promise.all(this.#handOver().map((file) => file.close()));
      const { layout, place, turns } = this.#parts;
      await place.whileThere(async () => {
        await removePair(layout.staged(this.fileId, this.uploadId));
        if (this.#isExposed)
          await turns.run(this.fileId, () => removeObject(this.#parts, this.fileId));
      });
      end = 'gone';
    } catch (error) {
      this.#parts.sync.noteError(error);
      throw toDiskError('removing an abandoned replica', error);
    } finally {
      this.#parts.space.release(this.#chunks.missingBytes);
      this.#onEnd(end);
    }
  }

  #require(step: StagedStep): void {
    this.#refuseAbandoned();
    assert(this.#step === step, `a staged replica is ${this.#step}, not ${step}`);
  }

  async #advance(from: StagedStep, to: StagedStep, work: () => Promise<void>): Promise<void> {
    this.#require(from);
    // no other step may begin meanwhile
    this.#step = 'failed';
    try {
      await this.#track(work());
    } catch (error) {
      this.#parts.sync.noteError(error);
      throw toDiskError(`storing a replica (${to})`, error);
    }
    this.#refuseAbandoned();
    this.#step = to;
  }

  #refuseAbandoned(): void {
    if (this.#step === 'abandoned')
      throw new ReelkeepError('unavailable', 'the transfer was given up');
  }

  async #track<Value>(work: Promise<Value>): Promise<Value> {
    this.#inFlight.add(work);
    try {
      return await work;
    } finally {
      this.#inFlight.delete(work);
    }
  }

  /** Whoever gets them closes them. */
  #handOver(): readonly Descriptor[] {
    const files = this.#open;
    this.#open = [];
    return files;
  }
}
