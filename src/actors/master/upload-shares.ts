/**
 * What one client may have under way: so many uploads, of so many bytes.
 *
 * Which of them have ended the table knows: it is asked when a client seems to have too many, so
 * that nothing has to be told here when an upload ends.
 */
import { ReelkeepError } from '../../domain/errors.js';
import type { UploadId } from '../../domain/ids.js';
import { bearerOf, type Principal } from '../../domain/principal.js';

export const uploadShareLimits = {
  /** Of one client; the next is told to try again. */
  uploadsPerClientMax: 256,
  /** Of one client, all of its uploads together; one alone may be as large as files may be. */
  uploadBytesPerClientMax: 16 * 1024 ** 4,
} as const;

type Limits = { readonly [Name in keyof typeof uploadShareLimits]: number };

interface Share {
  readonly uploadId: UploadId;
  /** Bytes. */
  readonly size: number;
}

export class UploadShares {
  readonly #limits: Limits;
  readonly #isUnderWay: (uploadId: UploadId) => Promise<boolean>;
  readonly #shares = new Map<string, Map<UploadId, number>>();

  constructor(isUnderWay: (uploadId: UploadId) => Promise<boolean>, limits: Partial<Limits> = {}) {
    this.#isUnderWay = isUnderWay;
    this.#limits = { ...uploadShareLimits, ...limits };
  }

  /**
   * @param who nobody is held to a share where nobody is known
   * @throws ReelkeepError `unavailable`
   */
  async take(who: Principal | undefined, share: Share): Promise<void> {
    if (who === undefined) return;
    const client = bearerOf(who);
    const own = this.#shares.get(client) ?? new Map<UploadId, number>();
    this.#shares.set(client, own);
    if (this.#whyNot(own, share) !== undefined) await this.#forgetEnded(own);
    const why = this.#whyNot(own, share);
    if (why !== undefined)
      throw new ReelkeepError('unavailable', `client ${who.name} has ${why}: try again later`);
    own.set(share.uploadId, share.size);
  }

  #whyNot(own: ReadonlyMap<UploadId, number>, { uploadId, size }: Share): string | undefined {
    if (own.has(uploadId) || own.size === 0) return undefined;
    const { uploadsPerClientMax, uploadBytesPerClientMax } = this.#limits;
    if (own.size >= uploadsPerClientMax) return `${own.size} uploads under way`;
    let bytes = size;
    for (const other of own.values()) bytes += other;
    return bytes > uploadBytesPerClientMax ? `${bytes} bytes of uploads under way` : undefined;
  }

  async #forgetEnded(own: Map<UploadId, number>): Promise<void> {
    await Promise.all(
      [...own.keys()].map(async (uploadId) => {
        if (!(await this.#isUnderWay(uploadId))) own.delete(uploadId);
      }),
    );
  }
}
