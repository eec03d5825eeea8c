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
 * forgotten, to be found again by a later survey: first those for which nothing can be done
 * now, missing, parked or waiting, then those with most live replicas.
 */
import { type FileId, type Millis, millis } from './ids.js';
import type { FileNeed, ReplicatedFile } from './replica-census.js';
import { Rotation } from './rotation.js';
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
  /** Of copies that are wanted, those in flight included. */
  readonly bytesToCopy: number;
}

/** Files; what is neither missing nor parked nor waiting is helpable. */
const nothingForgotten = { files: 0, belowTarget: 0, missing: 0, helpable: 0, bytesToCopy: 0 };

export const atOnce = millis(Number.NEGATIVE_INFINITY);

export class NeedIndex {
  readonly #files = new Map<FileId, TrackedFile>();
  /** All tracked files by their number of live replicas. */
  readonly #byLive: Rotation<FileId>[] = [];
  readonly #copy: Rotation<FileId>[] = [];
  readonly #drop = new Rotation<FileId>();
  readonly #parked = new Rotation<FileId>();
  readonly #missing = new Rotation<FileId>();
  readonly #waiting = new Rotation<FileId>();
  readonly #wakes = new WakeQueue<FileId>();
  readonly #filesMax: number;
  readonly #refillEveryMs: number;
  #refilledAt = atOnce;
  #totals: NeedTotals = { belowTarget: 0, missing: 0, surplus: 0, bytesToCopy: 0 };
  #forgotten = nothingForgotten;
  #hasKeeperCome = false;

  constructor(filesMax: number, refillEveryMs: number) {
    this.#filesMax = filesMax;
    this.#refillEveryMs = refillEveryMs;
  }

  get size(): number {
    return this.#files.size;
  }

  /** Forgotten files still count, until a survey of all is wanted. */
  get totals(): NeedTotals {
    const { belowTarget, missing, surplus, bytesToCopy } = this.#totals;
    return {
      belowTarget: belowTarget + this.#forgotten.belowTarget,
      missing: missing + this.#forgotten.missing,
      surplus,
      bytesToCopy: bytesToCopy + this.#forgotten.bytesToCopy,
    };
  }

  /**
   * Files were forgotten, and it is time to look for them: there is room for those that can be
   * helped, a keeper has come for those that were parked, or they were left alone long enough.
   */
  isRefillDue(now: Millis): boolean {
    const { files, helpable } = this.#forgotten;
    if (files === 0) return false;
    const helpless = this.#missing.size + this.#parked.size + this.#waiting.size;
    const isRoomy = this.#files.size - helpless <= this.#filesMax / 2;
    const isOld = now - this.#refilledAt >= this.#refillEveryMs;
    return (helpable > 0 && isRoomy) || this.#hasKeeperCome || isOld;
  }

  /** How many live replicas the files in lane `copy` have, fewest first. */
  get liveCounts(): readonly number[] {
    return [...this.#copy.keys()].filter((live) => (this.#copy[live]?.size ?? 0) > 0);
  }

  get(fileId: FileId): TrackedFile | undefined {
    return this.#files.get(fileId);
  }

  /** How many files with so many live replicas are in lane `copy`. */
  countCopies(live: number): number {
    return this.#copy[live]?.size ?? 0;
  }

  get dropCount(): number {
    return this.#drop.size;
  }

  /** The first of the lane; the caller puts it again, which is what sends it to the end. */
  nextCopy(live: number): TrackedFile | undefined {
    return this.#find(this.#copy[live]?.next());
  }

  /** As `nextCopy`. */
  nextDrop(): TrackedFile | undefined {
    return this.#find(this.#drop.next());
  }

  put(tracked: TrackedFile): void {
    const { fileId } = tracked.file;
    this.remove(fileId);
    this.#files.set(fileId, tracked);
    laneFor(this.#byLive, tracked.need.live).add(fileId);
    this.#count(tracked, 1);
    this.#enter(tracked);
    if (this.#files.size > this.#filesMax) this.#forgetOne(tracked);
  }

  remove(fileId: FileId): void {
    const tracked = this.#files.get(fileId);
    if (tracked === undefined) return;
    this.#files.delete(fileId);
    this.#byLive[tracked.need.live]?.delete(fileId);
    this.#copy[tracked.need.live]?.delete(fileId);
    for (const files of [this.#drop, this.#parked, this.#waiting, this.#missing])
      files.delete(fileId);
    this.#count(tracked, -1);
  }

  /** The files whose time has come; each is put anew by the caller. */
  takeDue(now: Millis): readonly TrackedFile[] {
    const due: TrackedFile[] = [];
    for (let wake = this.#wakes.takeDue(now); wake; wake = this.#wakes.takeDue(now)) {
      const tracked = this.#files.get(wake.item);
      if (tracked?.lane === 'waiting' && tracked.notBefore === wake.at) due.push(tracked);
    }
    return due;
  }

  /** A keeper came that could take a copy. */
  unpark(): void {
    this.#hasKeeperCome = this.#forgotten.files > 0;
    for (const fileId of this.#parked.all()) {
      const tracked = this.#files.get(fileId);
      if (tracked !== undefined) this.put({ ...tracked, lane: 'copy', notBefore: atOnce });
    }
  }

  /** A survey of all begins, which will find again what was forgotten. */
  forgiveForgotten(now: Millis): void {
    this.#refilledAt = now;
    this.#forgotten = nothingForgotten;
    this.#hasKeeperCome = false;
  }

  #enter({ file, need, lane, notBefore }: TrackedFile): void {
    if (need.isMissing) this.#missing.add(file.fileId);
    if (lane === 'copy') laneFor(this.#copy, need.live).add(file.fileId);
    else if (lane === 'drop') this.#drop.add(file.fileId);
    else if (lane === 'parked') this.#parked.add(file.fileId);
    else if (lane === 'waiting') {
      this.#waiting.add(file.fileId);
      this.#wakes.add(notBefore, file.fileId);
    }
  }

  /** Of those that press as little, the newest goes: it is at hand. */
  #forgetOne(newest: TrackedFile): void {
    const most = this.#byLive.findLast((files) => files.size > 0);
    const candidates = [this.#missing, this.#parked, this.#waiting, most].find(
      (files) => files !== undefined && files.size > 0,
    );
    const isNewest = candidates?.has(newest.file.fileId) === true;
    const tracked = isNewest ? newest : this.#find(candidates?.next());
    if (tracked === undefined) return;
    this.remove(tracked.file.fileId);
    const { isBelowTarget, isMissing } = tracked.need;
    const isHelpless = isMissing || tracked.lane === 'parked' || tracked.lane === 'waiting';
    const { files, belowTarget, missing, helpable, bytesToCopy } = this.#forgotten;
    this.#forgotten = {
      files: files + 1,
      belowTarget: belowTarget + Number(isBelowTarget),
      missing: missing + Number(isMissing),
      helpable: helpable + Number(!isHelpless),
      bytesToCopy: bytesToCopy + bytesWanted(tracked),
    };
  }

  #find(fileId: FileId | undefined): TrackedFile | undefined {
    return fileId === undefined ? undefined : this.#files.get(fileId);
  }

  #count(tracked: TrackedFile, sign: 1 | -1): void {
    const { need } = tracked;
    const { belowTarget, missing, surplus, bytesToCopy } = this.#totals;
    this.#totals = {
      belowTarget: belowTarget + sign * Number(need.isBelowTarget),
      missing: missing + sign * Number(need.isMissing),
      surplus: surplus + sign * (need.surplus + need.leaving),
      bytesToCopy: bytesToCopy + sign * bytesWanted(tracked),
    };
  }
}

const bytesWanted = ({ file, need }: TrackedFile): number => need.wanted * file.size;

function laneFor(lanes: Rotation<FileId>[], live: number): Rotation<FileId> {
  while (lanes.length < live) lanes.push(new Rotation());
  const lane = lanes[live] ?? new Rotation<FileId>();
  lanes[live] = lane;
  return lane;
}
