/** A local file that is being uploaded: read and hashed in the pool, and watched for changes. */
import { constants } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import {
  chunkCount,
  chunkLength,
  chunkOffset,
  digestBytes,
  fileBytesMax,
} from '../../domain/chunk-plan.js';
import { ReelkeepError } from '../../domain/errors.js';
import type { FileView } from '../../domain/file-view.js';
import type { Digest } from '../../domain/ids.js';
import { blake3, digestOf } from '../../storage/blake3.js';
import type { HashPool } from '../../storage/pool/hash-pool.js';
import type { ChunkBuffer } from '../../transfer/chunk-buffers.js';
import type { ChunkRead } from '../../transfer/chunk-source.js';
import type { PutSource } from '../../transfer/put-file.js';
import { localError, localErrorOf } from './local-error.js';

interface Shape {
  readonly size: number;
  readonly mtimeMs: number;
}

export class UploadSource {
  readonly path: string;
  readonly size: number;
  readonly #shape: Shape;
  readonly #handle: FileHandle;
  readonly #pool: HashPool;
  #failure: ReelkeepError | undefined;
  /** Of the bytes that were sent, once they were all read. */
  #digest: Digest | undefined;

  /** @throws ReelkeepError when there is no regular file that may be read */
  static async open(path: string, pool: HashPool): Promise<UploadSource> {
    // A pipe would hold up the opening until someone writes to it.
    const flags = constants.O_RDONLY | constants.O_NONBLOCK;
    const handle = await open(path, flags).catch((error: unknown) => {
      throw localError({ verb: 'reading', path }, error);
    });
    try {
      const stats = await handle.stat();
      if (!stats.isFile()) throw new ReelkeepError('refused-input', `${path} is no regular file`);
      if (stats.size > fileBytesMax)
        throw new ReelkeepError('refused-input', `${path} is larger than ${fileBytesMax} bytes`);
      return new UploadSource(path, handle, stats, pool);
    } catch (error) {
      await handle.close();
      throw error;
    }
  }

  private constructor(path: string, handle: FileHandle, shape: Shape, pool: HashPool) {
    this.path = path;
    this.size = shape.size;
    this.#handle = handle;
    this.#shape = { size: shape.size, mtimeMs: shape.mtimeMs };
    this.#pool = pool;
  }

  /** Why reading failed; the file is to blame then, and no keeper. */
  get failure(): ReelkeepError | undefined {
    return this.#failure;
  }

  /** Why the file is no whole mp4; empty when it is one. */
  async structureProblem(): Promise<string> {
    const checked = await this.#pool.checkStructure(this.#handle.fd);
    if (!checked.ok)
      throw localErrorOf({ verb: 'reading', path: this.path }, checked.code, checked.detail);
    return checked.verdict.ok ? '' : `${this.path}: ${checked.verdict.reason}`;
  }

  /** @throws ReelkeepError when the file cannot be read whole */
  async digest(): Promise<Digest> {
    const { threads: parallel } = this.#pool;
    const hashed = await this.#pool.hashFile(this.#handle.fd, this.size, { parallel });
    if (!hashed.ok && hashed.failure === 'disk')
      throw localErrorOf({ verb: 'reading', path: this.path }, hashed.code, hashed.detail);
    if (!hashed.ok || !this.#isUnchanged(await this.#handle.stat())) throw this.#changed();
    return hashed.digest;
  }

  /**
   * Whether these are the bytes of this file. What a keeper told the master of them is not known to
   * be true before.
   *
   * @throws ReelkeepError when the file cannot be read whole
   */
  async isSame({ size, digest }: Pick<FileView, 'size' | 'digest'>): Promise<boolean> {
    // Who tells of it before all was sent has not had it from this file.
    this.#digest ??= await this.digest();
    return this.size === size && this.#digest === digest;
  }

  /** @param onAllRead called when nothing is left to be read, before the last bytes are sent */
  chunks(onAllRead: () => void): PutSource {
    const digests = new Uint8Array(chunkCount(this.size) * digestBytes);
    return {
      size: this.size,
      readChunk: async (index, buffer) => {
        const read = await this.#readChunk(index, buffer);
        digests.set(read.digest, index * digestBytes);
        return read;
      },
      digest: async () => {
        onAllRead();
        this.#digest = digestOf(blake3(digests));
        return this.#digest;
      },
    };
  }

  close(): Promise<void> {
    return this.#handle.close();
  }

  async #readChunk(index: number, buffer: ChunkBuffer): Promise<ChunkRead> {
    const length = chunkLength(this.size, index);
    const { fd } = this.#handle;
    const { shared } = buffer;
    const position = chunkOffset(index);
    const read = await this.#pool.readAndHash({ shared, fd, position, length });
    if (!read.ok && read.failure === 'disk')
      throw this.#fail(localErrorOf({ verb: 'reading', path: this.path }, read.code, read.detail));
    if (!read.ok || !this.#isUnchanged(read)) throw this.#fail(this.#changed());
    return { length, digest: read.digest };
  }

  #isUnchanged({ size, mtimeMs }: Shape): boolean {
    return size === this.#shape.size && mtimeMs === this.#shape.mtimeMs;
  }

  #changed(): ReelkeepError {
    const detail = `${this.path} changed while it was being read; try again`;
    return new ReelkeepError('refused-input', detail);
  }

  #fail(error: ReelkeepError): ReelkeepError {
    this.#failure ??= error;
    return error;
  }
}
