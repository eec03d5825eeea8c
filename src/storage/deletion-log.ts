/**
 * `deleted.log`: the files that this keeper was told to delete, so that none of them comes back when
 * a table is made again from what keepers hold.
 *
 * Records of 32 bytes, one after the other: the file id, 16 bytes, and the first 16 of the BLAKE3
 * digest of `reelkeep deleted` and the id. What does not match is no record: the end of a write
 * that was cut, or damage. Always synced, whatever the durability of replicas. When the file has
 * grown past its bound the last ones are written anew beside it, and it is replaced.
 */
import { constants } from 'node:fs';
import { type FileHandle, open, rename } from 'node:fs/promises';
import { type FileId, fileId } from '../domain/ids.js';
import { blake3 } from './blake3.js';
import { diskError, toDiskError } from './disk-error.js';
import { DiskSync } from './disk-sync.js';
import type { Layout } from './layout.js';
import { storageLimits } from './limits.js';

const idBytes = 16;
const recordBytes = 2 * idBytes;
const seal = Buffer.from('reelkeep deleted');
const { O_RDWR, O_RDONLY, O_CREAT, O_TRUNC, O_NOFOLLOW } = constants;

export class DeletionLog {
  readonly #layout: Layout;
  /** Of the disk as a whole: it is told when a sync failed. */
  readonly #disk: DiskSync;
  /** One write at a time. */
  #writing: Promise<void> = Promise.resolve();
  #life: 'sound' | 'failed' = 'sound';

  constructor(layout: Layout, disk: DiskSync) {
    this.#layout = layout;
    this.#disk = disk;
  }

  /** An empty one where there is none: it is never made later, on a root that may not be there. */
  static async make({ root, deletions }: Layout): Promise<void> {
    try {
      const handle = await open(deletions, O_RDWR | O_CREAT | O_NOFOLLOW, 0o600);
      await handle.close();
      await alwaysSync().directory(root);
    } catch (error) {
      throw toDiskError(`making ${deletions}`, error);
    }
  }

  /** Durable when it resolves. @throws ReelkeepError `unavailable`, `no-space`. */
  note(fileIds: readonly FileId[]): Promise<void> {
    const write = this.#writing.then(() => this.#append(fileIds));
    this.#writing = write.catch(() => {
      // whoever asked for that write has its error
    });
    return write;
  }

  /** In the order in which they were noted, each once. @throws the error of the disk */
  async read(): Promise<readonly FileId[]> {
    await this.#writing;
    return decodeDeletions(await readWhole(this.#layout.deletions));
  }

  async #append(fileIds: readonly FileId[]): Promise<void> {
    const { deletions } = this.#layout;
    if (this.#life === 'failed')
      throw diskError(`syncing ${deletions}`, 'EIO', 'an earlier sync of it failed');
    try {
      const records = await this.#write(deletions, O_RDWR, fileIds);
      const { deletionsKeptMax, deletionsSpareMax } = storageLimits;
      if (records > deletionsKeptMax + deletionsSpareMax) await this.#shorten();
    } catch (error) {
      this.#disk.noteError(error);
      throw toDiskError(`noting deletions in ${deletions}`, error);
    }
  }

  async #shorten(): Promise<void> {
    const { deletions, root } = this.#layout;
    const all = decodeDeletions(await readWhole(deletions));
    const kept = all.slice(-storageLimits.deletionsKeptMax);
    const beside = `${deletions}.tmp`;
    await this.#write(beside, O_RDWR | O_CREAT | O_TRUNC, kept);
    await rename(beside, deletions);
    await alwaysSync().directory(root);
  }

  /** Behind the records that are there. Answers how many there are then. */
  async #write(path: string, flags: number, fileIds: readonly FileId[]): Promise<number> {
    const handle = await open(path, flags | O_NOFOLLOW, 0o600);
    try {
      const before = Math.floor((await handle.stat()).size / recordBytes);
      const bytes = Buffer.concat(fileIds.map(encodeDeletion));
      for (let done = 0; done < bytes.length; ) {
        const at = before * recordBytes + done;
        done += (await handle.write(bytes, done, bytes.length - done, at)).bytesWritten;
      }
      await this.#sync(handle, path);
      return before + fileIds.length;
    } finally {
      await handle.close();
    }
  }

  async #sync(handle: FileHandle, path: string): Promise<void> {
    try {
      await alwaysSync().file(handle, path);
    } catch (error) {
      this.#life = 'failed';
      this.#disk.noteCode('EIO', `syncing ${path} failed`);
      throw error;
    }
  }
}

const alwaysSync = (): DiskSync => new DiskSync({ durability: 'strict' });

async function readWhole(path: string): Promise<Buffer> {
  const handle = await open(path, O_RDONLY | O_NOFOLLOW);
  try {
    return await handle.readFile();
  } finally {
    await handle.close();
  }
}

export function encodeDeletion(id: FileId): Buffer {
  const bytes = Buffer.from(id, 'hex');
  return Buffer.concat([bytes, checksum(bytes)]);
}

export function decodeDeletions(bytes: Buffer): readonly FileId[] {
  const fileIds = new Set<FileId>();
  for (let at = 0; at + recordBytes <= bytes.length; at += recordBytes) {
    const id = bytes.subarray(at, at + idBytes);
    if (checksum(id).equals(bytes.subarray(at + idBytes, at + recordBytes)))
      fileIds.add(fileId(id.toString('hex')));
  }
  return [...fileIds];
}

const checksum = (id: Buffer): Buffer =>
  Buffer.from(blake3(Buffer.concat([seal, id])).subarray(0, idBytes));
