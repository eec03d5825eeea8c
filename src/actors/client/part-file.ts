/** A download into a file: chunks are hashed and written in the pool, and kept from one run to the next. */
import { rm, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import {
  type ChunkRange,
  chunkBytes,
  chunkCount,
  chunkLength,
  chunkOffset,
  digestBytes,
} from '../../domain/chunk-plan.js';
import { ReelkeepError } from '../../domain/errors.js';
import { chunkDigest, type Manifest } from '../../domain/manifest.js';
import { DiskSync } from '../../storage/disk-sync.js';
import { type HashPool, hashPoolLimits } from '../../storage/pool/hash-pool.js';
import type { ChunkBuffer } from '../../transfer/chunk-buffers.js';
import type { ChunkSink } from './chunk-sink.js';
import type { FileDestination } from './cluster.js';
import { type LocalWork, localError, localErrorOf } from './local-error.js';
import { type LockedPart, lockPart } from './part-lock.js';
import { publishPart, refuseIfTaken } from './publish-part.js';

export interface PartCheck {
  /** Called whenever some more of what an earlier run left has been hashed. */
  onChecked(): void;
  readonly signal: AbortSignal;
}

export class PartFile implements ChunkSink {
  readonly before = Number.POSITIVE_INFINITY;
  readonly isHeldUp = false;
  onGrown: () => void = () => undefined;
  readonly #manifest: Manifest;
  readonly #part: LockedPart;
  readonly #destination: FileDestination;
  readonly #pool: HashPool;
  readonly #kept: Set<number>;

  /**
   * Takes up what an earlier run left, after hashing it again.
   * @throws ReelkeepError `conflict` when the target exists, `not-allowed` when it cannot be written
   */
  static async open(
    destination: FileDestination,
    manifest: Manifest,
    pool: HashPool,
    { onChecked, signal }: PartCheck,
  ): Promise<PartFile> {
    const { path } = destination;
    try {
      await refuseUnwritable(destination);
      const part = await lockPart(path, manifest.fileId);
      try {
        const kept = await findKept(part, manifest, pool, { onChecked, signal });
        return new PartFile(destination, manifest, part, pool, kept);
      } catch (error) {
        await part.handle.close();
        throw error;
      }
    } catch (error) {
      throw localError({ verb: 'writing', path }, error);
    }
  }

  private constructor(
    destination: FileDestination,
    manifest: Manifest,
    part: LockedPart,
    pool: HashPool,
    kept: Set<number>,
  ) {
    this.#destination = destination;
    this.#manifest = manifest;
    this.#part = part;
    this.#pool = pool;
    this.#kept = kept;
  }

  get missing(): readonly ChunkRange[] {
    const ranges: { first: number; count: number }[] = [];
    for (let index = 0; index < chunkCount(this.#manifest.size); index += 1) {
      if (this.#kept.has(index)) continue;
      const last = ranges.at(-1);
      if (last !== undefined && last.first + last.count === index) last.count += 1;
      else ranges.push({ first: index, count: 1 });
    }
    return ranges;
  }

  async keep(index: number, buffer: ChunkBuffer, length: number): Promise<'kept' | 'mismatch'> {
    if (length !== chunkLength(this.#manifest.size, index)) return 'mismatch';
    const written = await this.#pool.hashAndWrite({
      shared: buffer.shared,
      length,
      digest: chunkDigest(this.#manifest, index),
      fd: this.#part.handle.fd,
      position: chunkOffset(index),
    });
    if (!written.ok && written.failure === 'mismatch') return 'mismatch';
    if (!written.ok) throw localErrorOf(this.#work, written.code, written.detail);
    this.#kept.add(index);
    return 'kept';
  }

  async finish(): Promise<void> {
    const { path, replace = false, durability = 'strict' } = this.#destination;
    const { handle } = this.#part;
    const sync = new DiskSync({ durability });
    try {
      await handle.truncate(this.#manifest.size);
      await sync.file(handle, path);
      await publishPart(this.#part.path, path, replace);
      await sync.directory(dirname(path));
    } catch (error) {
      throw localError(this.#work, error);
    } finally {
      await handle.close();
    }
  }

  async suspend(): Promise<void> {
    if (this.#kept.size === 0 || !this.#part.isResumable) await this.discard();
    else await this.#part.handle.close();
  }

  async discard(): Promise<void> {
    // While it is still locked, so that nobody else can be writing it.
    await rm(this.#part.path, { force: true });
    await this.#part.handle.close();
  }

  get #work(): LocalWork {
    return { verb: 'writing', path: this.#destination.path };
  }
}

async function refuseUnwritable({ path, replace = false }: FileDestination): Promise<void> {
  const found = await stat(path).catch((error: unknown) => {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  });
  if (found?.isDirectory()) throw new ReelkeepError('not-allowed', `${path} is a directory`);
  // A device or a pipe would be replaced by the file instead of being written to.
  if (found?.isFile() === false)
    throw new ReelkeepError('not-allowed', `${path} is no regular file; write to stdout with -o -`);
  if (!replace) await refuseIfTaken(path);
}

/** Holes and half-written chunks do not have their digest, so they are fetched again. */
async function findKept(
  { handle }: LockedPart,
  manifest: Manifest,
  pool: HashPool,
  { onChecked, signal }: PartCheck,
): Promise<Set<number>> {
  const { size } = manifest;
  const held = (await handle.stat()).size;
  if (held > size) await handle.truncate(size);
  const count = held >= size ? chunkCount(size) : Math.floor(held / chunkBytes);
  const kept = new Set<number>();
  const ranges = cutIntoTasks(count);
  const checkNext = async (): Promise<void> => {
    for (const range of ranges) {
      signal.throwIfAborted();
      const hashed = await pool.hashChunks({ fd: handle.fd, size, ...range });
      // What cannot be read is fetched again; writing it will tell if the disk is at fault.
      if (hashed.ok) for (const index of matching(manifest, range, hashed.digests)) kept.add(index);
      onChecked();
    }
  };
  // All of them have ended when this settles, so that the caller may close the file.
  const ends = await Promise.allSettled(Array.from({ length: pool.threads }, checkNext));
  for (const end of ends) if (end.status === 'rejected') throw end.reason;
  return kept;
}

function* matching(manifest: Manifest, { first, count }: ChunkRange, digests: Uint8Array) {
  for (let at = 0; at < count; at += 1) {
    const found = digests.subarray(at * digestBytes, (at + 1) * digestBytes);
    if (Buffer.compare(found, chunkDigest(manifest, first + at)) === 0) yield first + at;
  }
}

function* cutIntoTasks(chunks: number): Generator<ChunkRange> {
  const { chunksPerTask } = hashPoolLimits;
  for (let first = 0; first < chunks; first += chunksPerTask)
    yield { first, count: Math.min(chunksPerTask, chunks - first) };
}
