/** How much uploads may take of the disk: together, each session, and of what the disk has. */
import { ReelkeepError } from '../../domain/errors.js';
import { type Reserve, SpaceMeter } from '../../storage/space-meter.js';

export interface RoomLimits {
  readonly spoolBytesMax: number;
  readonly sessionBytesMax: number;
  readonly reserve: Reserve;
}

export class SpoolRoom {
  readonly #limits: RoomLimits;
  readonly #meter: SpaceMeter;
  #promisedBytes = 0;
  readonly #bySession = new Map<string, number>();

  constructor(directory: string, limits: RoomLimits) {
    this.#limits = limits;
    this.#meter = new SpaceMeter(directory, limits.reserve);
  }

  get promisedBytes(): number {
    return this.#promisedBytes;
  }

  /**
   * @param owner empty where nobody logs in
   * @throws ReelkeepError `no-space`, with nothing taken; `refused-input` for what never fits
   */
  async take(bytes: number, owner: string): Promise<RoomShare> {
    const share = new RoomShare(this, owner);
    await this.extend(share, bytes);
    return share;
  }

  /** Room that was promised before a restart: it is held even if the disk has no more. */
  async takeBack(promised: number, written: number, owner: string): Promise<RoomShare> {
    const share = new RoomShare(this, owner);
    this.#count(promised, owner);
    share.bytes = promised;
    if (await this.#meter.promise(promised - written)) share.unwritten = promised - written;
    return share;
  }

  /** @throws ReelkeepError as above */
  async extend(share: RoomShare, bytes: number): Promise<void> {
    const { spoolBytesMax, sessionBytesMax } = this.#limits;
    const { owner } = share;
    if (share.bytes + bytes > spoolBytesMax)
      throw new ReelkeepError('refused-input', `the upload is larger than ${spoolBytesMax} bytes`);
    if (this.#promisedBytes + bytes > spoolBytesMax) throw full('other uploads have taken it');
    const ofSession = (this.#bySession.get(owner) ?? 0) + bytes;
    if (owner !== '' && ofSession > sessionBytesMax)
      throw full('other uploads of this session have taken its share');
    // counted before the disk is asked, so that two at once are not given the same room
    this.#count(bytes, owner);
    const isPromised = await this.#meter.promise(bytes).catch((error: unknown) => {
      this.#count(-bytes, owner);
      throw error;
    });
    if (!isPromised) {
      this.#count(-bytes, owner);
      throw full('its disk is full');
    }
    share.bytes += bytes;
    share.unwritten += bytes;
  }

  /** @throws ReelkeepError `no-space`, with nothing done */
  async write(share: RoomShare, bytes: number, work: () => Promise<void>): Promise<void> {
    try {
      await this.#meter.whileRoomIsLeft(bytes, work);
    } catch (error) {
      throw isFull(error) ? full('its disk is full') : error;
    }
    this.#release(share, Math.min(bytes, share.unwritten));
  }

  giveBack(share: RoomShare): void {
    this.#count(-share.bytes, share.owner);
    share.bytes = 0;
    this.#release(share, share.unwritten);
  }

  #release(share: RoomShare, bytes: number): void {
    share.unwritten -= bytes;
    this.#meter.release(bytes);
  }

  #count(bytes: number, owner: string): void {
    this.#promisedBytes += bytes;
    const ofSession = (this.#bySession.get(owner) ?? 0) + bytes;
    if (ofSession === 0) this.#bySession.delete(owner);
    else this.#bySession.set(owner, ofSession);
  }
}

/** What one upload holds. */
export class RoomShare {
  readonly #room: SpoolRoom;
  readonly owner: string;
  /** Promised to it, in all. */
  bytes = 0;
  /** Of that, what the disk does not count yet. */
  unwritten = 0;

  constructor(room: SpoolRoom, owner: string) {
    this.#room = room;
    this.owner = owner;
  }

  /** @throws ReelkeepError `no-space` */
  async atLeast(bytes: number, stepBytes: number): Promise<void> {
    if (bytes > this.bytes) await this.#room.extend(this, Math.max(stepBytes, bytes - this.bytes));
  }

  async write(bytes: number, work: () => Promise<void>): Promise<void> {
    await this.#room.write(this, bytes, work);
  }

  giveBack(): void {
    this.#room.giveBack(this);
  }
}

const isFull = (error: unknown): boolean =>
  error instanceof ReelkeepError && error.code === 'no-space';

const full = (why: string): ReelkeepError =>
  new ReelkeepError('no-space', `the gateway has no room for this upload now: ${why}`);
