/** How much room there is: what the disk says, less the reserve, less what is promised to replicas under way. */
import { statfs } from 'node:fs/promises';
import { ReelkeepError } from '../domain/errors.js';

/** Room that replicas never take: a part of the whole disk, or so many bytes. */
export type Reserve = { readonly percent: number } | { readonly bytes: number };

export interface Space {
  readonly freeBytes: number;
  /** Held by whole replicas. */
  readonly usedBytes: number;
}

/** The disk is asked anew after so long, or when no more than so much is left of what it said. */
const knownForMs = 100;
const plentyBytes = 256 * 1024 * 1024;

export class SpaceMeter {
  readonly #root: string;
  readonly #reserve: Reserve;
  /** What the disk said last, less what was begun to be written since. */
  #known = { roomBytes: 0, untilMs: 0 };
  #usedBytes = 0;
  #promisedBytes = 0;
  #writingBytes = 0;

  constructor(root: string, reserve: Reserve) {
    this.#root = root;
    this.#reserve = reserve;
  }

  /** Held by whole replicas, as in `measure`, without asking the disk. */
  get usedBytes(): number {
    return this.#usedBytes;
  }

  async measure(): Promise<Space> {
    const leftBytes = (await this.#roomBytes()) - this.#promisedBytes;
    return { freeBytes: Math.max(0, leftBytes), usedBytes: this.#usedBytes };
  }

  /** Answers false, and promises nothing, when there is no room. */
  async promise(bytes: number): Promise<boolean> {
    // promised before the disk is asked, so that two at once are not given the same room
    this.#promisedBytes += bytes;
    let kept = false;
    try {
      kept = (await this.#roomBytes()) >= this.#promisedBytes;
      return kept;
    } finally {
      if (!kept) this.#promisedBytes -= bytes;
    }
  }

  /**
   * Does the work, which writes so many bytes, while there is room for them outside the reserve. They
   * were promised; but something else may have filled the disk since.
   *
   * @throws ReelkeepError `no-space`, with nothing done.
   */
  async whileRoomIsLeft<Value>(bytes: number, work: () => Promise<Value>): Promise<Value> {
    // counted before the disk is asked, so that several at once do not take the same room
    this.#writingBytes += bytes;
    try {
      if (!this.#isPlentyKnown(bytes) && (await this.#roomBytes()) < this.#writingBytes)
        throw new ReelkeepError('no-space', 'something else has filled the disk of this keeper');
      return await work();
    } finally {
      this.#writingBytes -= bytes;
    }
  }

  /** They were written, so that the disk counts them now, or will not be needed. */
  release(bytes: number): void {
    this.#promisedBytes -= bytes;
  }

  /** Damage may make a replica longer than it was when it was counted: what is taken off stays within what there is. */
  addUsed(bytes: number): void {
    this.#usedBytes = Math.max(0, this.#usedBytes + bytes);
  }

  /** Many chunks a second are written where there is much room: not each of them asks the disk. */
  #isPlentyKnown(bytes: number): boolean {
    const { roomBytes, untilMs } = this.#known;
    if (performance.now() >= untilMs || roomBytes - bytes < plentyBytes) return false;
    this.#known = { roomBytes: roomBytes - bytes, untilMs };
    return true;
  }

  /** Outside the reserve, negative when something else has taken of that. */
  async #roomBytes(): Promise<number> {
    const { bavail, blocks, bsize } = await statfs(this.#root);
    const reserve = this.#reserve;
    const keptBytes =
      'bytes' in reserve ? reserve.bytes : Math.ceil((blocks * bsize * reserve.percent) / 100);
    const roomBytes = bavail * bsize - keptBytes;
    const untilMs = performance.now() + knownForMs;
    this.#known = { roomBytes: roomBytes - this.#promisedBytes, untilMs };
    return roomBytes;
  }
}
