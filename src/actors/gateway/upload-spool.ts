/**
 * Where uploads over HTTP wait until they are whole: a directory of this gateway alone.
 *
 * `create` gives a place for one, refused before a byte comes when it does not fit; its `append`
 * takes bytes, `commit` has the cluster take the file, `discard` gives it up.
 */
import { randomBytes } from 'node:crypto';
import type { Logger } from 'pino';
import { ReelkeepError } from '../../domain/errors.js';
import { uploadId } from '../../domain/ids.js';
import { SpoolFiles } from '../../storage/spool-files.js';
import { parseNote, type SpoolNote, type SpoolWish } from './spool-note.js';
import { type RoomLimits, type RoomShare, SpoolRoom } from './spool-room.js';
import { type SpooledParts, SpooledUpload } from './spooled-upload.js';
import { uploadLimits } from './upload-limits.js';

export interface SpoolOptions extends Omit<RoomLimits, 'sessionBytesMax'> {
  readonly directory: string;
  readonly log: Logger;
  readonly wallMs?: () => number;
}

/** An upload that is `kept` has a size; one that passes may be of any. */
export type SpoolOrder =
  | (SpoolWish & { readonly life: 'kept'; readonly size: number })
  | (SpoolWish & { readonly life: 'passing'; readonly size?: number });

export class UploadSpool {
  readonly #files: SpoolFiles;
  readonly #room: SpoolRoom;
  readonly #options: SpoolOptions;
  readonly #wallMs: () => number;
  readonly #uploads = new Map<string, SpooledUpload>();
  readonly #sweeping: NodeJS.Timeout;
  /** Owners of uploads that are being created. */
  readonly #creating: string[] = [];
  /** Whose they are. */
  readonly #receiving: string[] = [];

  /**
   * With what was there when the gateway ended.
   *
   * @throws ReelkeepError `conflict` while another gateway uses the directory, `usage` when it is
   *   something else's
   */
  static async open(options: SpoolOptions): Promise<UploadSpool> {
    const files = await SpoolFiles.open(options.directory);
    const spool = new UploadSpool(files, options);
    await spool.#takeUp();
    return spool;
  }

  private constructor(files: SpoolFiles, options: SpoolOptions) {
    const { spoolBytesMax, reserve } = options;
    const sessionBytesMax = spoolBytesMax * uploadLimits.sessionShareMax;
    this.#files = files;
    this.#options = options;
    this.#room = new SpoolRoom(files.directory, { spoolBytesMax, sessionBytesMax, reserve });
    this.#wallMs = options.wallMs ?? Date.now;
    this.#sweeping = setInterval(() => void this.sweep(), uploadLimits.sweepEveryMs).unref();
  }

  get spoolBytesMax(): number {
    return this.#options.spoolBytesMax;
  }

  /** Promised to uploads that are not over. */
  get promisedBytes(): number {
    return this.#room.promisedBytes;
  }

  /** Of those that are not over. */
  get openUploads(): number {
    return this.#open().length;
  }

  /** @throws ReelkeepError `no-space`, `unavailable` when there are too many, `refused-input` when it never fits */
  async create(order: SpoolOrder): Promise<SpooledUpload> {
    this.#requirePlace(order.owner);
    this.#creating.push(order.owner);
    try {
      return await this.#create(order);
    } finally {
      this.#creating.splice(this.#creating.indexOf(order.owner), 1);
    }
  }

  find(id: string): SpooledUpload | undefined {
    return this.#uploads.get(id);
  }

  /** Milliseconds since 1970 at which an upload is forgotten unless something happens to it. */
  expiresAt({ note }: SpooledUpload): number {
    const { expireAfterMs, endedKeptMs } = uploadLimits;
    return note.touchedAt + (note.outcome.type === 'open' ? expireAfterMs : endedKeptMs);
  }

  /** Forgets what nobody has asked for in time, and the oldest of too many that are over. */
  async sweep(): Promise<void> {
    const now = this.#wallMs();
    const idle = [...this.#uploads.values()].filter((upload) => !upload.isBusy);
    const over = idle
      .filter(({ note }) => note.outcome.type !== 'open')
      .sort((a, b) => b.note.touchedAt - a.note.touchedAt);
    const expired = idle.filter((upload) => this.expiresAt(upload) <= now);
    for (const upload of new Set([...expired, ...over.slice(uploadLimits.endedKeptMax)]))
      await this.#forget(upload);
  }

  /** Resolves when what is under way has come to its end; it is for others to bring that about. */
  async settled(): Promise<void> {
    await Promise.all([...this.#uploads.values()].map((upload) => upload.settled()));
  }

  async close(): Promise<void> {
    clearInterval(this.#sweeping);
    await this.settled();
    await this.#files.close();
  }

  async #create({ life, size, ...wish }: SpoolOrder): Promise<SpooledUpload> {
    const now = this.#wallMs();
    const note: SpoolNote = {
      ...wish,
      size: size ?? this.spoolBytesMax,
      createdAt: now,
      touchedAt: now,
      durableBytes: 0,
      uploadId: uploadId(randomBytes(16).toString('hex')),
      outcome: { type: 'open' },
    };
    const room = await this.#room.take(size ?? 0, wish.owner);
    const parts = this.#parts(randomBytes(16).toString('hex'), room, life);
    const upload = new SpooledUpload(parts, note, size === undefined);
    this.#uploads.set(upload.id, upload);
    try {
      await upload.begin();
      return upload;
    } catch (error) {
      await upload.discard();
      throw error;
    }
  }

  #parts(id: string, room: RoomShare, life: SpooledParts['life']): SpooledParts {
    return {
      id,
      room,
      life,
      files: this.#files,
      wallMs: this.#wallMs,
      onGone: () => void this.#uploads.delete(id),
      enter: () => this.#enter(room.owner),
    };
  }

  #enter(owner: string): () => void {
    const { receivingMax, receivingPerSessionMax } = uploadLimits;
    const own = this.#receiving.filter((one) => one === owner).length;
    if (this.#receiving.length >= receivingMax || (owner !== '' && own >= receivingPerSessionMax))
      throw new ReelkeepError('unavailable', 'too many uploads are being sent; try again later');
    this.#receiving.push(owner);
    return () => {
      this.#receiving.splice(this.#receiving.indexOf(owner), 1);
    };
  }

  #open(): readonly SpooledUpload[] {
    return [...this.#uploads.values()].filter(({ note }) => note.outcome.type === 'open');
  }

  #requirePlace(owner: string): void {
    const owners = [...this.#open().map(({ note }) => note.owner), ...this.#creating];
    if (owners.length >= uploadLimits.uploadsMax)
      throw new ReelkeepError('unavailable', 'too many uploads are under way; try again later');
    const own = owners.filter((one) => one === owner).length;
    if (owner !== '' && own >= uploadLimits.uploadsPerSessionMax)
      throw new ReelkeepError('unavailable', 'this session has too many uploads under way');
  }

  async #forget(upload: SpooledUpload): Promise<void> {
    const { name, outcome } = upload.note;
    try {
      if (upload.isBusy) return;
      await upload.discard();
      if (outcome.type === 'open')
        this.#options.log.info({ upload: upload.id, name }, 'an idle upload expired');
    } catch (error) {
      this.#options.log.error({ err: error, upload: upload.id }, 'an upload cannot be removed');
    }
  }

  async #takeUp(): Promise<void> {
    for (const id of await this.#files.ids()) {
      const note = await this.#soundNote(id);
      if (note === undefined) await this.#files.remove(id);
      else await this.#takeUpOne(id, note);
    }
    await this.sweep();
  }

  /** Of an upload that can go on, or has ended. */
  async #soundNote(id: string): Promise<SpoolNote | undefined> {
    const text = await this.#files.readNote(id);
    // Bytes without a note were sent by someone whose connection ended with the gateway.
    if (text === undefined) return undefined;
    const note = parseNote(text);
    if (note === undefined) {
      this.#options.log.warn({ upload: id }, 'an upload has a damaged note, and is forgotten');
      return undefined;
    }
    if (note.outcome.type !== 'open') return note;
    const size = await this.#files.sizeOf(id);
    if (size !== undefined && size >= note.durableBytes) return note;
    this.#options.log.warn({ upload: id }, 'an upload has lost bytes, and is forgotten');
    return undefined;
  }

  async #takeUpOne(id: string, note: SpoolNote): Promise<void> {
    const isOpen = note.outcome.type === 'open';
    if (!isOpen) await this.#files.removeData(id);
    const promised = isOpen ? note.size : 0;
    const room = await this.#room.takeBack(promised, isOpen ? note.durableBytes : 0, note.owner);
    const parts = this.#parts(id, room, 'kept');
    this.#uploads.set(id, new SpooledUpload(parts, note));
  }
}
