/** Reading from a whole replica. The bytes are not hashed here: whoever receives them does that. */
import { chunkLength, chunkOffset } from '../domain/chunk-plan.js';
import { ReelkeepError } from '../domain/errors.js';
import type { FileId } from '../domain/ids.js';
import { chunkDigest, type Manifest } from '../domain/manifest.js';
import { Descriptor } from './descriptor.js';
import { toDiskError } from './disk-error.js';
import { judgeManifest } from './manifest-file.js';
import type { OpenedReplica } from './pool/hash-pool.js';
import type { StoreParts } from './replica-files.js';

export interface ChunkRead {
  /** Bytes, from the start of the buffer on. */
  readonly length: number;
  /** What the bytes should have, 32 bytes. */
  readonly digest: Uint8Array;
}

export class OpenReplica {
  readonly manifest: Manifest;
  readonly #parts: StoreParts;
  readonly #data: Descriptor;

  /**
   * @throws ReelkeepError `not-found`; `integrity` when the manifest is bad or the data has another
   *   length; `unavailable` when the disk does not answer.
   */
  static async open(parts: StoreParts, fileId: FileId): Promise<OpenReplica> {
    const { fd, manifest } = await find(parts, fileId, true);
    return new OpenReplica(parts, new Descriptor(fd), manifest);
  }

  /** Use `open`. */
  constructor(parts: StoreParts, data: Descriptor, manifest: Manifest) {
    this.#parts = parts;
    this.#data = data;
    this.manifest = manifest;
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
      return await this.#data.read(into, position);
    } catch (error) {
      this.#parts.sync.noteError(error);
      throw toDiskError('reading a replica', error);
    }
  }
}

/** The manifest as it lies on the disk; throws where `OpenReplica.open` does. */
export async function readManifest(parts: StoreParts, fileId: FileId): Promise<Uint8Array> {
  return (await find(parts, fileId, false)).bytes;
}

interface Found {
  /** Of the data, if it was to stay open. */
  readonly fd: number;
  readonly manifest: Manifest;
  readonly bytes: Uint8Array;
}

async function find(parts: StoreParts, fileId: FileId, keepsOpen: boolean): Promise<Found> {
  try {
    const paths = parts.layout.object(fileId);
    const opened = await parts.pool.openReplica({ paths, keepsOpen });
    try {
      return await requireSound(parts, fileId, opened);
    } catch (error) {
      if (keepsOpen && typeof opened.data === 'object')
        await new Descriptor(opened.data.fd).close();
      throw error;
    }
  } catch (error) {
    parts.sync.noteError(error);
    throw toDiskError('opening a replica', error);
  }
}

async function requireSound(
  { place }: StoreParts,
  fileId: FileId,
  { data, manifest: beside }: OpenedReplica,
): Promise<Found> {
  const file = judgeManifest(beside, fileId);
  if (file.state === 'bad') throw new ReelkeepError('integrity', file.reason);
  if (data === 'absent') {
    // nothing is absent from a root that is not there
    await place.requireThere();
    throw new ReelkeepError('not-found', `no replica of ${fileId} is here`);
  }
  if (data === 'link') throw new ReelkeepError('integrity', 'the replica is a link');
  if (file.state === 'absent') throw new ReelkeepError('integrity', 'the manifest is missing');
  const { manifest, bytes } = file;
  if (data.size !== manifest.size)
    throw new ReelkeepError(
      'integrity',
      `the replica has ${data.size} bytes, not ${manifest.size}`,
    );
  return { fd: data.fd, manifest, bytes };
}
