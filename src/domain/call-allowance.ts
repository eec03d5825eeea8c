/**
 * How often one caller may ask: so many calls at once, and so many a second on average.
 *
 * A bucket that holds `burst` calls and is filled again at `perSecond`. Callers are forgotten when
 * their bucket is full again, so that the memory of them is bounded by what they do.
 */
export interface AllowanceLimits {
  readonly perSecond: number;
  readonly burst: number;
}

interface Bucket {
  readonly calls: number;
  readonly atMs: number;
}

/** So many are remembered before it is looked which of them can be forgotten. */
const forgetAbove = 1_000;

export class CallAllowance {
  readonly #limits: AllowanceLimits;
  readonly #buckets = new Map<string, Bucket>();

  constructor(limits: AllowanceLimits) {
    this.#limits = limits;
  }

  get callers(): number {
    return this.#buckets.size;
  }

  /** @param nowMs monotonic */
  take(caller: string, nowMs: number): 'taken' | 'too often' {
    const calls = this.#filled(this.#buckets.get(caller), nowMs);
    if (calls < 1) return 'too often';
    if (this.#buckets.size > forgetAbove) this.#forgetFull(nowMs);
    this.#buckets.set(caller, { calls: calls - 1, atMs: nowMs });
    return 'taken';
  }

  #filled(bucket: Bucket | undefined, nowMs: number): number {
    const { perSecond, burst } = this.#limits;
    if (bucket === undefined) return burst;
    return Math.min(burst, bucket.calls + ((nowMs - bucket.atMs) / 1_000) * perSecond);
  }

  #forgetFull(nowMs: number): void {
    for (const [caller, bucket] of this.#buckets)
      if (this.#filled(bucket, nowMs) >= this.#limits.burst) this.#buckets.delete(caller);
  }
}
