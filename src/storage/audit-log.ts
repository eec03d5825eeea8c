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
  auditLinesWaitingMax: 2_000,
  /** Characters of one text of a line; a longer one is cut. */
  auditTextLengthMax: 1_200,
  /** Lines of refusals in one second; further ones are counted, so that nobody can push out the rest. */
  auditRefusalsMax: 100,
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
const formerName = /^audit-(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d\.\d{3})Z\.jsonl$/;
const newline = 0x0a;
const second = 1_000;

/** The file that is written now. */
interface Current {
  readonly file: FileHandle;
  readonly bytes: number;
  /** It ends in the middle of a line, as after a crash. */
  readonly isTorn: boolean;
}

export class AuditLog {
  readonly #options: Required<AuditOptions>;
  readonly #sync = new DiskSync({ durability: 'strict' });
  /** Undefined after a failure, until it could be opened again. */
  #current: Current | undefined;
  #waiting: string[] = [];
  /** Lines that were not noted, or could not be written, and have not been told of. */
  #lost = 0;
  #timer: NodeJS.Timeout | undefined;
  #writing: Promise<void> = Promise.resolve();
  #isFailing = false;
  readonly #refusals = { second: 0, lines: 0 };

  /** @throws ReelkeepError when there can be none */
  static async open(options: AuditOptions): Promise<AuditLog> {
    const directory = await makeRoot(options.directory);
    const { auditFileBytesMax, auditFilesKept, auditLinesWaitingMax } = auditLimits;
    const bounds = {
      fileBytesMax: auditFileBytesMax,
      filesKept: auditFilesKept,
      linesWaitingMax: auditLinesWaitingMax,
    };
    return new AuditLog({ ...bounds, ...options, directory }, await openCurrent(directory));
  }

  private constructor(options: Required<AuditOptions>, current: Current) {
    this.#options = options;
    this.#current = current;
  }

  note(entry: AuditEntry): void {
    if (this.#waiting.length >= this.#options.linesWaitingMax || this.#isFlooded(entry)) {
      this.#lost += 1;
    } else {
      this.#waiting.push(lineOf(entry));
    }
    this.#timer ??= setTimeout(() => void this.flush(), auditLimits.auditBatchMs);
  }

  /** Resolves when everything that was noted is on the disk, or could not be put there. */
  async flush(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#writing = this.#writing.then(() => this.#writeBatch());
    await this.#writing;
  }

  async close(): Promise<void> {
    await this.flush();
    await this.#current?.file.close();
  }

  #isFlooded({ outcome }: AuditEntry): boolean {
    if (outcome === 'allowed') return false;
    const now = Math.floor(performance.now() / second);
    if (this.#refusals.second !== now) Object.assign(this.#refusals, { second: now, lines: 0 });
    this.#refusals.lines += 1;
    return this.#refusals.lines > auditLimits.auditRefusalsMax;
  }

  async #writeBatch(): Promise<void> {
    const [lines, lost] = [this.#waiting, this.#lost];
    if (lines.length === 0 && lost === 0) return;
    this.#waiting = [];
    this.#lost = 0;
    try {
      this.#current ??= await openCurrent(this.#options.directory);
      const { file, bytes, isTorn } = this.#current;
      const text = [isTorn ? '\n' : '', ...lines, lost > 0 ? lostLine(lost) : ''].join('');
      await file.appendFile(text);
      await this.#sync.file(file, currentName);
      this.#current = { file, bytes: bytes + Buffer.byteLength(text), isTorn: false };
      if (this.#current.bytes >= this.#options.fileBytesMax) await this.#rotate(file);
      this.#isFailing = false;
    } catch (error) {
      this.#lost += lost + lines.length;
      await this.#giveUpFile();
      if (!this.#isFailing) this.#options.onFailure(error);
      this.#isFailing = true;
    }
  }

  /** What it has come to is looked at anew: a write may have been cut, a sync is never tried again. */
  async #giveUpFile(): Promise<void> {
    const file = this.#current?.file;
    this.#current = undefined;
    await Promise.allSettled([file?.close()]);
  }

  async #rotate(file: FileHandle): Promise<void> {
    const { directory, filesKept } = this.#options;
    const names = (await readdir(directory)).filter((name) => formerName.test(name)).sort();
    await rename(join(directory, currentName), join(directory, nameAfter(names.at(-1))));
    this.#current = undefined;
    await file.close();
    for (const name of names.slice(0, Math.max(0, names.length - filesKept + 2)))
      await unlink(join(directory, name));
    this.#current = await openCurrent(directory);
    await this.#sync.directory(directory);
  }
}

async function openCurrent(directory: string): Promise<Current> {
  const file = await open(join(directory, currentName), 'a+', 0o600);
  try {
    const { size } = await file.stat();
    const last = Buffer.alloc(1);
    if (size > 0) await file.read(last, 0, 1, size - 1);
    return { file, bytes: size, isTorn: size > 0 && last[0] !== newline };
  } catch (error) {
    await file.close();
    throw error;
  }
}

/** Later than the last one, whatever the clock says: the oldest by its name is the one that goes. */
function nameAfter(last: string | undefined): string {
  const [, year, month, day, hour, minute, seconds] = formerName.exec(last ?? '') ?? [];
  const before = Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${seconds}Z`);
  const at = Math.max(Date.now(), Number.isNaN(before) ? 0 : before + 1);
  return `audit-${timeInName(wallMs(at))}.jsonl`;
}

function lineOf({ about, why, ...entry }: AuditEntry): string {
  const short = Object.entries(about ?? {}).map(([key, text]) => [key, cut(text)]);
  const line = {
    at: new Date().toISOString(),
    ...entry,
    ...(about && { about: Object.fromEntries(short) }),
    ...(why !== undefined && { why: cut(why) }),
  };
  return `${JSON.stringify(line)}\n`;
}

const cut = (text: string): string => text.slice(0, auditLimits.auditTextLengthMax).toWellFormed();

const lostLine = (lost: number): string =>
  `${JSON.stringify({ at: new Date().toISOString(), what: 'lines were lost', lost })}\n`;
