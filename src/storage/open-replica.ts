/** Reading from a whole replica. The bytes are not hashed here: whoever receives them does that. */
import type { FileHandle } from 'node:fs/promises';
import { chunkLength, chunkOffset } from '../domain/chunk-plan.js';
import { ReelkeepError } from '../domain/errors.js';
import type { FileId } from '../domain/ids.js';
import { chunkDigest, type Manifest } from '../domain/manifest.js';
import { toDiskError } from './disk-error.js';
import { openOwnFile, readManifestFile } from './manifest-file.js';
import type { StoreParts } from './replica-files.js';

export interface ChunkRead {
  /** Bytes, from the start of the buffer on. */
  readonly length: number;
  /** What the bytes should have, 32 bytes. */
  readonly digest: Uint8Array;
}

export class OpenReplica {
  readonly manifest: Manifest;
  /** The manifest as it lies on the disk. */
  readonly manifestBytes: Uint8Array;
  readonly #parts: StoreParts;
  readonly #data: FileHandle;

  /**
   * @throws ReelkeepError `not-found`; `integrity` when the manifest is bad or the data has another
   *   length; `unavailable` when the disk does not answer.
   */
  static async open(parts: StoreParts, fileId: FileId): Promise<OpenReplica> {
    try {
      return await openSound(parts, fileId);
    } catch (error) {
      parts.sync.noteError(error);
      throw toDiskError('opening a replica', error);
    }
  }

  /** Use `open`. */
  constructor(parts: StoreParts, data: FileHandle, manifest: Manifest, manifestBytes: Uint8Array) {
    this.#parts = parts;
    this.#data = data;
    this.manifest = manifest;
    this.manifestBytes = manifestBytes;
  }

  /** Bytes. */
  get size(): number {
    return this.manifest.size;
  }

  get digest(): Manifest['digest'] {
    return this.manifest.digest;
  }

  /** `shared` has room for a whole chunk and is in use until this settles. */
  async readChunk(index: number, shared: SharedArrayBuffer): Promise<ChunkRead> {
    const length = chunkLength(this.size, index);
    const bytes = Buffer.from(shared, 0, length);
    let done = 0;
    while (done < length) {
      const position = chunkOffset(index) + done;
      const count = await this.#read(bytes.subarray(done), position);
      if (count === 0) throw new ReelkeepError('integrity', 'the replica is shorter than it was');
      done += count;
    }
    return { length, digest: chunkDigest(this.manifest, index) };
  }

  /** Waits for reads under way. Safe to call twice. */
  close(): Promise<void> {
    return this.#data.close();
  }

  async #read(into: Buffer, position: number): Promise<number> {
    try {
      return (await this.#data.read(into, 0, into.length, position)).bytesRead;
    } catch (error) {
      this.#parts.sync.noteError(error);
      throw toDiskError('reading a replica', error);
    }
  }
}

async function openSound(parts: StoreParts, fileId: FileId): Promise<OpenReplica> {
  const paths = parts.layout.object(fileId);
  const file = await readManifestFile(paths.manifest, fileId);
  if (file.state === 'bad') throw new ReelkeepError('integrity', file.reason);
  const data = await openOwnFile(paths.data);
  if (data === undefined) {
    // nothing is absent from a root that is not there
    await parts.place.requireThere();
    throw new ReelkeepError('not-found', `no replica of ${fileId} is here`);
  }
  if (data === 'link') throw new ReelkeepError('integrity', 'the replica is a link');
  try {
    if (file.state === 'absent') throw new ReelkeepError('integrity', 'the manifest is missing');
    const { size } = await data.stat();
    if (size !== file.manifest.size)
      throw new ReelkeepError(
        'integrity',
        `the replica has ${size} bytes, not ${file.manifest.size}`,
      );
    return new OpenReplica(parts, data, file.manifest, file.bytes);
  } catch (error) {
    await data.close();
    throw error;
  }
}
