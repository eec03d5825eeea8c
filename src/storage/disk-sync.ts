/**
 * The one place where files and directories are made durable.
 *
 * A failed sync is final: afterwards the operating system may report success for data that it has
 * dropped, so neither the file nor the directory is ever synced again by this process, and the disk
 * is suspect from then on. A directory that could not be opened, for want of a descriptor say, was
 * not synced and dropped nothing: a later sync of it is worth what it says.
 */
import { constants, fsync as fsyncCallback } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { promisify } from 'node:util';
import { diskError, isDiskSick, isSystemError, toDiskError } from './disk-error.js';

/** `relaxed` leaves it to the operating system when data reaches the disk. */
export type Durability = 'strict' | 'relaxed';

/** A handle or a descriptor: the same object as long as it is open. */
export interface OpenFile {
  readonly fd: number;
}

export interface DiskSyncOptions {
  readonly durability: Durability;
  /** The call that makes a descriptor durable; another one in tests. */
  readonly fsync?: (fd: number) => Promise<void>;
  /** Told how long each took, in milliseconds. */
  readonly onFsync?: ((tookMs: number) => void) | undefined;
  /** Told once, when the disk becomes suspect. */
  readonly onSuspect?: (reason: string) => void;
}

export class DiskSync {
  readonly #durability: Durability;
  readonly #fsync: (fd: number) => Promise<void>;
  readonly #onSuspect: (reason: string) => void;
  readonly #failed = new WeakSet<OpenFile>();
  readonly #failedDirectories = new Set<string>();
  readonly #unopenedDirectories = new Set<string>();
  #suspect = false;

  constructor({ durability, fsync, onFsync, onSuspect }: DiskSyncOptions) {
    this.#durability = durability;
    this.#fsync = timed(fsync ?? promisify(fsyncCallback), onFsync);
    this.#onSuspect = onSuspect ?? (() => {});
  }

  /** Nothing is synced, so there is nothing that could go wrong unseen. */
  get isRelaxed(): boolean {
    return this.#durability === 'relaxed';
  }

  /** Stays true until the keeper is started again. */
  get suspect(): boolean {
    return this.#suspect;
  }

  /** For what is durable whatever becomes of replicas; what it learns of the disk is known here too. */
  strict(): DiskSync {
    const onSuspect = (reason: string): void => this.#becomeSuspect(reason);
    return new DiskSync({ durability: 'strict', fsync: this.#fsync, onSuspect });
  }

  /** To be told of every error of the disk: some of them mean that nothing should be written to it. */
  noteError(error: unknown): void {
    if (isSystemError(error)) this.noteCode(error.code, error.message);
  }

  noteCode(code: string, detail: string): void {
    if (isDiskSick(code)) this.#becomeSuspect(detail);
  }

  async file(handle: OpenFile, what: string): Promise<void> {
    if (this.#durability === 'relaxed') return;
    if (this.#failed.has(handle))
      throw diskError(`syncing ${what}`, 'EIO', 'an earlier sync of it failed');
    try {
      await this.#fsync(handle.fd);
    } catch (error) {
      this.#failed.add(handle);
      throw this.#syncFailed(what, error);
    }
  }

  /** Whether names in the directory changed that are not known to be durable. */
  isUnsynced(directory: string): boolean {
    return this.#failedDirectories.has(directory) || this.#unopenedDirectories.has(directory);
  }

  async directory(path: string): Promise<void> {
    if (this.#durability === 'relaxed') return;
    if (this.#failedDirectories.has(path))
      throw diskError(`syncing ${path}`, 'EIO', 'an earlier sync of it failed');
    const handle = await this.#openDirectory(path);
    try {
      await this.#fsync(handle.fd);
    } catch (error) {
      this.#failedDirectories.add(path);
      throw this.#syncFailed(path, error);
    } finally {
      await handle.close();
    }
  }

  async #openDirectory(path: string): Promise<FileHandle> {
    try {
      const handle = await open(path, constants.O_RDONLY | constants.O_DIRECTORY);
      this.#unopenedDirectories.delete(path);
      return handle;
    } catch (error) {
      this.#unopenedDirectories.add(path);
      this.noteError(error);
      throw toDiskError(`opening ${path} to sync it`, error);
    }
  }

  #syncFailed(what: string, error: unknown): unknown {
    const detail = error instanceof Error ? error.message : String(error);
    this.#becomeSuspect(`syncing ${what}: ${detail}`);
    return diskError(`syncing ${what}`, isSystemError(error) ? error.code : '', detail, error);
  }

  #becomeSuspect(reason: string): void {
    if (this.#suspect) return;
    this.#suspect = true;
    this.#onSuspect(reason);
  }
}

const timed =
  (
    fsync: (fd: number) => Promise<void>,
    onFsync: DiskSyncOptions['onFsync'],
  ): ((fd: number) => Promise<void>) =>
  async (fd) => {
    const begunAtMs = performance.now();
    await fsync(fd);
    onFsync?.(performance.now() - begunAtMs);
  };
