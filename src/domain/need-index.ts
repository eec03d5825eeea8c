/**
 * The files that need something, so that nobody has to scan the table for them.
 *
 * Owned by the replication loop and changed in place. Each file in need is in one lane:
 *
 *   copy     a copy may be ordered; kept by the number of live replicas, fewest first
 *   drop     a replica may be dropped
 *   waiting  until its time comes: after a failure, or while there is nothing to be done
 *   parked   until a keeper comes that could take a copy
 *   at rest  its copies or drops are under way, or nobody holds it
 *
 * A lane is a queue: what was looked at in vain goes to its end. Past `filesMax` files are
 * forgotten, to be found again by a later survey: first those for which nothing can be done,
 * missing or parked, then those with most live replicas.
 */
import { type FileId, type Millis, millis } from './ids.js';
import type { FileNeed, ReplicatedFile } from './replica-census.js';
import { WakeQueue } from './wake-queue.js';

export type Lane = 'copy' | 'drop' | 'waiting' | 'parked' | 'at rest';

export interface TrackedFile {
  readonly file: ReplicatedFile;
  readonly need: FileNeed;
  readonly lane: Lane;
  /** Failures since it last got better. */
  readonly failures: number;
  readonly notBefore: Millis;
}

export interface NeedTotals {
  /** Files. */
  readonly belowTarget: number;
  /** Files. */
  readonly missing: number;
  /** Replicas. */
  readonly surplus: number;
}

/** Files; what is neither missing nor parked is helpable. */
const nothingForgotten = { belowTarget: 0, missing: 0, parked: 0, helpable: 0 };

export const atOnce = millis(Number.NEGATIVE_INFINITY);

export class NeedIndex {
  readonly #files = new Map<FileId, TrackedFile>();
  /** All tracked files by their number of live replicas. */
  readonly #byLive: Set<FileId>[] = [];
  readonly #copy: Set<FileId>[] = [];
  readonly #drop = new Set<FileId>();
  readonly #parked = new Set<FileId>();
  readonly #missing = new Set<FileId>();
  readonly #waiting = new WakeQueue<FileId>();
  readonly #filesMax: number;
  #totals: NeedTotals = { belowTarget: 0, missing: 0, surplus: 0 };
  #forgotten = nothingForgotten;
  #hasKeeperCome = false;

  constructor(filesMax: number) {
    this.#filesMax = filesMax;
  }

  get size(): number {
    return this.#files.size;
  }

  /** Forgotten files still count, until a survey of all is wanted. */
  get totals(): NeedTotals {
    const { belowTarget, missing, surplus } = this.#totals;
    return {
      belowTarget: belowTarget + this.#forgotten.belowTarget,
      missing: missing + this.#forgotten.missing,
      surplus,
    };
  }

  /** Something can be done for files that were forgotten, and there is room for them again. */
  get isRefillDue(): boolean {
    const { helpable, parked } = this.#forgotten;
    const helpless = this.#missing.size + this.#parked.size;
    const isRoomy = this.#files.size - helpless <= this.#filesMax / 2;
    return (helpable > 0 && isRoomy) || (parked > 0 && this.#hasKeeperCome);
  }

  /** How many live replicas the files in lane `copy` have, fewest first. */
  get liveCounts(): readonly number[] {
    return [...this.#copy.keys()].filter((live) => (this.#copy[live]?.size ?? 0) > 0);
  }

  get(fileId: FileId): TrackedFile | undefined {
    return this.#files.get(fileId);
  }

  /** The first ones of a lane; what is put again goes to its end. */
  copyCandidates(live: number, limit: number): readonly FileId[] {
    return firstOf(this.#copy[live], limit);
  }

  dropCandidates(limit: number): readonly FileId[] {
    return firstOf(this.#drop, limit);
  }

  put(tracked: TrackedFile): void {
    const { fileId } = tracked.file;
    this.remove(fileId);
    this.#files.set(fileId, tracked);
    setOf(this.#byLive, tracked.need.live).add(fileId);
    this.#count(tracked.need, 1);
    this.#enter(tracked);
    if (this.#files.size > this.#filesMax) this.#forgetOne();
  }

  remove(fileId: FileId): void {
    const tracked = this.#files.get(fileId);
    if (tracked === undefined) return;
    this.#files.delete(fileId);
    this.#byLive[tracked.need.live]?.delete(fileId);
    this.#copy[tracked.need.live]?.delete(fileId);
    for (const files of [this.#drop, this.#parked, this.#missing]) files.delete(fileId);
    this.#count(tracked.need, -1);
  }

  /** The files whose time has come; each is put anew by the caller. */
  takeDue(now: Millis): readonly TrackedFile[] {
    const due: TrackedFile[] = [];
    for (let wake = this.#waiting.takeDue(now); wake; wake = this.#waiting.takeDue(now)) {
      const tracked = this.#files.get(wake.item);
      if (tracked?.lane === 'waiting' && tracked.notBefore === wake.at) due.push(tracked);
    }
    return due;
  }

  /** A keeper came that could take a copy. */
  unpark(): void {
    this.#hasKeeperCome = true;
    for (const fileId of [...this.#parked]) {
      const tracked = this.#files.get(fileId);
      if (tracked !== undefined) this.put({ ...tracked, lane: 'copy', notBefore: atOnce });
    }
  }

  /** A survey of all begins, which will find again what was forgotten. */
  forgiveForgotten(): void {
    this.#forgotten = nothingForgotten;
    this.#hasKeeperCome = false;
  }

  #enter({ file, need, lane, notBefore }: TrackedFile): void {
    if (need.isMissing) this.#missing.add(file.fileId);
    if (lane === 'copy') setOf(this.#copy, need.live).add(file.fileId);
    else if (lane === 'drop') this.#drop.add(file.fileId);
    else if (lane === 'parked') this.#parked.add(file.fileId);
    else if (lane === 'waiting') this.#waiting.add(notBefore, file.fileId);
  }

  #forgetOne(): void {
    const most = this.#byLive.findLast((files) => files.size > 0);
    const candidates = [this.#missing, this.#parked, most].find((files) => files?.size);
    const [fileId] = firstOf(candidates, 1);
    const tracked = fileId === undefined ? undefined : this.#files.get(fileId);
    if (tracked === undefined) return;
    this.remove(tracked.file.fileId);
    const { isBelowTarget, isMissing } = tracked.need;
    const isParked = tracked.lane === 'parked';
    const { belowTarget, missing, parked, helpable } = this.#forgotten;
    this.#forgotten = {
      belowTarget: belowTarget + Number(isBelowTarget),
      missing: missing + Number(isMissing),
      parked: parked + Number(isParked),
      helpable: helpable + Number(!isMissing && !isParked),
    };
  }

  #count(need: FileNeed, sign: 1 | -1): void {
    const { belowTarget, missing, surplus } = this.#totals;
    this.#totals = {
      belowTarget: belowTarget + sign * Number(need.isBelowTarget),
      missing: missing + sign * Number(need.isMissing),
      surplus: surplus + sign * need.surplus,
    };
  }
}

function setOf(sets: Set<FileId>[], live: number): Set<FileId> {
  while (sets.length <= live) sets.push(new Set());
  return sets[live] ?? new Set();
}

function firstOf(files: ReadonlySet<FileId> | undefined, limit: number): readonly FileId[] {
  const first: FileId[] = [];
  for (const fileId of files ?? []) {
    if (first.length >= limit) break;
    first.push(fileId);
  }
  return first;
}
