/**
 * What one client may have under way: so many uploads, of so many bytes.
 *
 * Which of them have ended the table knows. It is asked when a client seems to have too many, a few
 * at a time and no more than once a second, however many of its uploads wait for the answer: nothing
 * has to be told here when an upload ends, and no client can keep the table busy with its own.
 */
import { ReelkeepError } from '../../domain/errors.js';
import type { UploadId } from '../../domain/ids.js';
import { bearerOf, type Principal } from '../../domain/principal.js';

export const uploadShareLimits = {
  /** Of one client; the next is told to try again. */
  uploadsPerClientMax: 256,
  /** Of one client, all of its uploads together; one alone may be as large as files may be. */
  uploadBytesPerClientMax: 16 * 1024 ** 4,
  /** Between two times that the table is asked which of a client's uploads have ended. */
  askAgainMs: 1_000,
} as const;

type Limits = { readonly [Name in keyof typeof uploadShareLimits]: number };

/** Asked about together. */
const askedAtOnce = 16;

interface Wanted {
  readonly uploadId: UploadId;
  /** Bytes. */
  readonly size: number;
}

interface Held {
  readonly size: number;
  readonly sinceMs: number;
}

interface Share {
  readonly held: Map<UploadId, Held>;
  asking: Promise<void> | undefined;
  askedAtMs: number;
}

export interface UploadSharesOptions {
  readonly clockMs: () => number;
  readonly isUnderWay: (uploadId: UploadId) => Promise<boolean>;
  readonly limits?: Partial<Limits>;
}

export class UploadShares {
  readonly #options: UploadSharesOptions;
  readonly #limits: Limits;
  readonly #shares = new Map<string, Share>();

  constructor(options: UploadSharesOptions) {
    this.#options = options;
    this.#limits = { ...uploadShareLimits, ...options.limits };
  }

  /**
   * @param who nobody is held to a share where nobody is known
   * @throws ReelkeepError `unavailable`
   */
  async take(who: Principal | undefined, wanted: Wanted): Promise<void> {
    if (who === undefined) return;
    const client = bearerOf(who);
    const share = this.#shares.get(client) ?? newShare();
    this.#shares.set(client, share);
    if (this.#whyNot(share, wanted) !== undefined) await this.#forgetEnded(share);
    const why = this.#whyNot(share, wanted);
    if (why !== undefined)
      throw new ReelkeepError('unavailable', `client ${who.name} has ${why}: try again later`);
    share.held.set(wanted.uploadId, { size: wanted.size, sinceMs: this.#options.clockMs() });
  }

  #whyNot({ held }: Share, { uploadId, size }: Wanted): string | undefined {
    if (held.has(uploadId) || held.size === 0) return undefined;
    const { uploadsPerClientMax, uploadBytesPerClientMax } = this.#limits;
    if (held.size >= uploadsPerClientMax) return `${held.size} uploads under way`;
    let bytes = size;
    for (const other of held.values()) bytes += other.size;
    return bytes > uploadBytesPerClientMax ? `${bytes} bytes of uploads under way` : undefined;
  }

  /** Once for all who wait for it. */
  async #forgetEnded(share: Share): Promise<void> {
    const nowMs = this.#options.clockMs();
    if (share.asking === undefined && nowMs - share.askedAtMs >= this.#limits.askAgainMs) {
      share.askedAtMs = nowMs;
      share.asking = this.#askAll(share, nowMs).finally(() => {
        share.asking = undefined;
      });
    }
    await share.asking;
  }

  async #askAll({ held }: Share, nowMs: number): Promise<void> {
    // One of a moment ago may not have come to the table yet.
    const due = [...held].filter(([, { sinceMs }]) => sinceMs < nowMs - this.#limits.askAgainMs);
    for (let from = 0; from < due.length; from += askedAtOnce)
      await Promise.all(
        due.slice(from, from + askedAtOnce).map(async ([uploadId]) => {
          if (!(await this.#options.isUnderWay(uploadId))) held.delete(uploadId);
        }),
      );
  }
}

const newShare = (): Share => ({
  held: new Map(),
  asking: undefined,
  askedAtMs: Number.NEGATIVE_INFINITY,
});
