/**
 * Files of uploads on their way: for each one of bytes and, while it outlives its connection, one of
 * notes. Their names are ids that this process has chosen; what lies there besides is not its own.
 */
import { constants } from 'node:fs';
import { type FileHandle, mkdir, open, readdir, rename, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { ReelkeepError } from '../domain/errors.js';
import { hasCode, toDiskError, unlessAbsent } from './disk-error.js';
import { DiskSync } from './disk-sync.js';
import { makeRoot } from './make-root.js';
import { newFile } from './new-file.js';
import { lockRoot, type RootLock } from './root-lock.js';

/** What may lie in a directory that becomes a spool, besides what the spool itself makes. */
const mayLieBeside: ReadonlySet<string> = new Set([
  'gateway.lock',
  'link-keys.json',
  'link-keys.json.tmp',
  'lost+found',
]);
const uploadsName = 'uploads';
const noteBytesMax = 64 * 1024;
const idOf = /^([0-9a-f]{32})\.(?:part|json|json\.tmp)$/;

/** Of one upload, for its owner alone. */
export interface SpoolFile {
  readonly handle: FileHandle;
  /** @throws ReelkeepError when what was written is not durable; nothing of this file is to be believed then */
  sync(): Promise<void>;
  close(): Promise<void>;
}

export class SpoolFiles {
  readonly directory: string;
  readonly #lock: RootLock;

  /**
   * @throws ReelkeepError `conflict` while another gateway uses it, `usage` when it is a directory of
   *   something else.
   */
  static async open(root: string): Promise<SpoolFiles> {
    const path = await makeRoot(root);
    await requireSpool(path);
    const lock = await lockRoot(join(path, 'gateway.lock'));
    try {
      const directory = join(path, uploadsName);
      await makeUploads(directory);
      await new DiskSync({ durability: 'strict' }).directory(path);
      return new SpoolFiles(directory, lock);
    } catch (error) {
      await lock.release();
      throw error;
    }
  }

  private constructor(directory: string, lock: RootLock) {
    this.directory = directory;
    this.#lock = lock;
  }

  /** Each id that some file is of. */
  async ids(): Promise<ReadonlySet<string>> {
    const names = await readdir(this.directory);
    return new Set(names.flatMap((name) => idOf.exec(name)?.[1] ?? []));
  }

  dataPath(id: string): string {
    return join(this.directory, `${id}.part`);
  }

  async create(id: string): Promise<SpoolFile> {
    const path = this.dataPath(id);
    return spoolFile(path, await open(path, newFile.flags, newFile.mode).catch(asDiskError(path)));
  }

  /** Cuts off what lies behind the bytes that are known to be durable. */
  async reopen(id: string, bytes: number): Promise<SpoolFile> {
    const path = this.dataPath(id);
    const flags = constants.O_RDWR | constants.O_NOFOLLOW;
    const handle = await open(path, flags).catch(asDiskError(path));
    try {
      const { size } = await handle.stat();
      if (size < bytes)
        throw new ReelkeepError('unavailable', `${path} has lost what was written to it`);
      await handle.truncate(bytes);
      return spoolFile(path, handle);
    } catch (error) {
      await handle.close();
      throw toDiskError(`opening ${path}`, error);
    }
  }

  /** Of the bytes, as it is on the disk; undefined when there are none. */
  async sizeOf(id: string): Promise<number | undefined> {
    const flags = constants.O_RDONLY | constants.O_NOFOLLOW;
    const handle = await unlessAbsent(open(this.dataPath(id), flags));
    if (handle === undefined) return undefined;
    try {
      return (await handle.stat()).size;
    } finally {
      await handle.close();
    }
  }

  /** Whole or as it was before. */
  async writeNote(id: string, note: string): Promise<void> {
    const path = join(this.directory, `${id}.json`);
    const spare = `${path}.tmp`;
    const { O_WRONLY, O_CREAT, O_TRUNC, O_NOFOLLOW } = constants;
    const sync = new DiskSync({ durability: 'strict' });
    try {
      const handle = await open(spare, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW, 0o600);
      try {
        await handle.writeFile(note);
        await sync.file(handle, spare);
      } finally {
        await handle.close();
      }
      await rename(spare, path);
      await sync.directory(this.directory);
    } catch (error) {
      throw toDiskError(`writing ${path}`, error);
    }
  }

  /** Undefined when there is none, or one that is too long to have been written here. */
  async readNote(id: string): Promise<string | undefined> {
    const flags = constants.O_RDONLY | constants.O_NOFOLLOW;
    const handle = await unlessAbsent(open(join(this.directory, `${id}.json`), flags));
    if (handle === undefined) return undefined;
    try {
      const room = Buffer.alloc(noteBytesMax + 1);
      const { bytesRead } = await handle.read(room, 0, room.length, 0);
      return bytesRead > noteBytesMax ? undefined : room.toString('utf8', 0, bytesRead);
    } finally {
      await handle.close();
    }
  }

  async removeData(id: string): Promise<void> {
    await unlessAbsent(unlink(this.dataPath(id)));
  }

  /** The note last: while it is there the upload is known. */
  async remove(id: string): Promise<void> {
    await this.removeData(id);
    const note = join(this.directory, `${id}.json`);
    await unlessAbsent(unlink(`${note}.tmp`));
    await unlessAbsent(unlink(note));
  }

  async close(): Promise<void> {
    await this.#lock.release();
  }
}

async function requireSpool(root: string): Promise<void> {
  const names = await readdir(root);
  if (names.includes(uploadsName) || names.every((name) => mayLieBeside.has(name))) return;
  throw new ReelkeepError(
    'usage',
    `${root} is not empty and no directory of a gateway: give an empty one`,
  );
}

async function makeUploads(path: string): Promise<void> {
  try {
    await mkdir(path, { mode: 0o700 });
  } catch (error) {
    if (!hasCode(error, 'EEXIST')) throw toDiskError(`making ${path}`, error);
    await requireOwnDirectory(path, error);
  }
}

/** A link that would lead out of the root is refused. */
async function requireOwnDirectory(path: string, cause: unknown): Promise<void> {
  const flags = constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW;
  const handle = await open(path, flags).catch(() => undefined);
  if (handle === undefined)
    throw new ReelkeepError('usage', `${path} is not a directory of a gateway`, { cause });
  await handle.close();
}

function spoolFile(path: string, handle: FileHandle): SpoolFile {
  const disk = new DiskSync({ durability: 'strict' });
  return { handle, sync: () => disk.file(handle, path), close: () => handle.close() };
}

const asDiskError =
  (path: string) =>
  (error: unknown): never => {
    throw toDiskError(`opening ${path}`, error);
  };
