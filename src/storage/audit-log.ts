/**
 * What was asked for, by whom, and whether it was allowed: one JSON object a line, in files of a
 * directory of their own.
 *
 *   audit.jsonl                     the one that is written now
 *   audit-20260102T030405.678Z.jsonl  the ones before, the oldest of which go
 *
 * Lines are written in the order in which they were noted, a batch at a time, and each batch is
 * synced. Nobody waits for that: an answer may be a moment ahead of its line. What comes faster
 * than it can be written, or than anyone would read, is counted and told in one line.
 */
import { type FileHandle, open, readdir, rename, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { wallMs } from '../domain/ids.js';
import { DiskSync } from './disk-sync.js';
import { makeRoot } from './make-root.js';
import { timeInName } from './snapshot-name.js';

export const auditLimits = {
  /** Of one file; the next line begins another. */
  auditFileBytesMax: 16 * 1024 ** 2,
  /** Files that are kept, the one that is written included. */
  auditFilesKept: 16,
  /** Lines that wait to be written; further ones are counted. */
  auditLinesWaitingMax: 10_000,
  /** From a line to its batch, in which others may follow. */
  auditBatchMs: 50,
} as const;

export interface AuditEntry {
  /** Undefined when nobody could be told from the certificate. */
  readonly who: { readonly role: string; readonly name: string } | undefined;
  readonly peer?: string;
  /** The method, as the protocol calls it. */
  readonly what: string;
  /** What it was about: names and ids, and nothing that is secret. */
  readonly about?: Readonly<Record<string, string>>;
  readonly outcome: 'allowed' | 'refused';
  readonly why?: string;
}

export interface AuditOptions {
  readonly directory: string;
  readonly fileBytesMax?: number;
  readonly filesKept?: number;
  readonly linesWaitingMax?: number;
  /** Lines were lost, and why; told once until it works again. */
  onFailure(error: unknown): void;
}

const currentName = 'audit.jsonl';
const formerName = /^audit-.*\.jsonl$/;

export class AuditLog {
  readonly #options: Required<AuditOptions>;
  readonly #sync = new DiskSync({ durability: 'strict' });
  #file: FileHandle;
  #bytes: number;
  #waiting: string[] = [];
  /** Not noted since the last batch, for want of room or because of a failure. */
  #lost = 0;
  #timer: NodeJS.Timeout | undefined;
  #writing: Promise<void> = Promise.resolve();
  #isFailing = false;

  /** @throws ReelkeepError when there can be none */
  static async open(options: AuditOptions): Promise<AuditLog> {
    const directory = await makeRoot(options.directory);
    const file = await openCurrent(directory);
    const { size } = await file.stat();
    const {
      auditFileBytesMax: fileBytesMax,
      auditFilesKept: filesKept,
      auditLinesWaitingMax: linesWaitingMax,
    } = auditLimits;
    return new AuditLog(
      { fileBytesMax, filesKept, linesWaitingMax, ...options, directory },
      file,
      size,
    );
  }

  private constructor(options: Required<AuditOptions>, file: FileHandle, bytes: number) {
    this.#options = options;
    this.#file = file;
    this.#bytes = bytes;
  }

  note(entry: AuditEntry): void {
    if (this.#waiting.length >= this.#options.linesWaitingMax) {
      this.#lost += 1;
      return;
    }
    this.#waiting.push(`${JSON.stringify({ at: new Date().toISOString(), ...entry })}\n`);
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      this.#writing = this.#writing.then(() => this.#writeBatch());
    }, auditLimits.auditBatchMs);
  }

  /** Resolves when everything that was noted is on the disk, or could not be put there. */
  async close(): Promise<void> {
    clearTimeout(this.#timer);
    await this.#writing;
    await this.#writeBatch();
    await this.#file.close();
  }

  async #writeBatch(): Promise<void> {
    const lines = this.#waiting;
    this.#waiting = [];
    if (this.#lost > 0) lines.push(lostLine(this.#lost));
    const lostBefore = this.#lost;
    this.#lost = 0;
    if (lines.length === 0) return;
    try {
      const bytes = Buffer.from(lines.join(''));
      await this.#file.appendFile(bytes);
      await this.#sync.file(this.#file, currentName);
      this.#bytes += bytes.length;
      this.#isFailing = false;
      if (this.#bytes >= this.#options.fileBytesMax) await this.#rotate();
    } catch (error) {
      this.#lost += lostBefore + lines.length;
      if (!this.#isFailing) this.#options.onFailure(error);
      this.#isFailing = true;
    }
  }

  async #rotate(): Promise<void> {
    const { directory, filesKept } = this.#options;
    const former = join(directory, `audit-${timeInName(wallMs(Date.now()))}.jsonl`);
    await rename(join(directory, currentName), former);
    const before = this.#file;
    this.#file = await openCurrent(directory);
    this.#bytes = 0;
    await before.close();
    const names = (await readdir(directory)).filter((name) => formerName.test(name)).sort();
    for (const name of names.slice(0, Math.max(0, names.length - filesKept + 1)))
      await unlink(join(directory, name));
    await this.#sync.directory(directory);
  }
}

const openCurrent = (directory: string): Promise<FileHandle> =>
  open(join(directory, currentName), 'a', 0o600);

const lostLine = (lost: number): string =>
  `${JSON.stringify({ at: new Date().toISOString(), what: 'lines were lost', lost })}\n`;
