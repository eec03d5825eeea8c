/**
 * Looks at the cluster for all who look at a gateway: one question a second to the master however
 * many they are, and none while there is nobody.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { ReelkeepError, toPlainError } from '../../domain/errors.js';
import type { Cluster } from '../client/cluster.js';
import { apiLimits } from './api-limits.js';
import type { EventJson, HealthJson, KeeperJson, OverviewJson, SampleJson } from './api-shapes.js';
import { ClusterRates } from './cluster-rates.js';
import { goOn, type Look, noStory, type Story } from './cluster-story.js';
import { sayUnreachable } from './health-words.js';
import { type Sight, toKeeperJson, toOverviewJson } from './overview-json.js';

/** What a viewer is told: a kind, and what has changed of it. */
export type News =
  | { readonly kind: 'overview'; readonly value: OverviewJson }
  /** The master does not answer: what was told before may be true no more. */
  | { readonly kind: 'health'; readonly value: HealthJson }
  | { readonly kind: 'keepers'; readonly value: readonly KeeperJson[] }
  | { readonly kind: 'history'; readonly value: readonly SampleJson[] }
  | { readonly kind: 'story'; readonly value: readonly EventJson[] };

export interface WatchOptions {
  readonly cluster: Pick<Cluster, 'status' | 'keepers'>;
  /** Ends all watching. */
  readonly stopping: AbortSignal;
  /** Until the next look; ends early when the signal is aborted. */
  readonly pause?: (stopping: AbortSignal) => Promise<void>;
  /** Monotonic. */
  readonly clockMs?: () => number;
  readonly wallMs?: () => number;
}

export class ClusterWatch {
  readonly #options: Required<WatchOptions>;
  readonly #rates = new ClusterRates(apiLimits.rateWindowMs);
  readonly #viewers = new Set<(news: News) => void>();
  readonly #events: EventJson[] = [];
  readonly #samples: SampleJson[] = [];
  readonly #lastKeys = new Map<News['kind'], string>();
  #sight: Sight | undefined;
  #health: HealthJson | undefined;
  #lookedAtMs = Number.NEGATIVE_INFINITY;
  #looking: Promise<Sight> | undefined;
  #story: Story = noStory;
  #eventCount = 0;
  #isWatching = false;

  constructor(options: WatchOptions) {
    this.#options = {
      pause,
      clockMs: () => performance.now(),
      wallMs: () => Date.now(),
      ...options,
    };
  }

  get viewers(): number {
    return this.#viewers.size;
  }

  /** As of a moment ago at most. @throws ReelkeepError when the master does not answer */
  async overview(): Promise<OverviewJson> {
    return toOverviewJson(await this.#fresh(), this.#rates);
  }

  /** As `overview`. */
  async keepers(): Promise<readonly KeeperJson[]> {
    return (await this.#fresh()).keepers.map((keeper) => toKeeperJson(keeper, this.#rates));
  }

  /** Tells all that is known at once, and then what changes. @returns to be called once, at the end */
  watch(onNews: (news: News) => void): () => void {
    for (const news of this.#known()) onNews(news);
    this.#viewers.add(onNews);
    void this.#watchOn();
    return () => this.#viewers.delete(onNews);
  }

  #fresh(): Promise<Sight> {
    const ageMs = this.#options.clockMs() - this.#lookedAtMs;
    const isFresh = this.#health === undefined && ageMs < apiLimits.lookEveryMs;
    return this.#sight !== undefined && isFresh ? Promise.resolve(this.#sight) : this.#look();
  }

  async #watchOn(): Promise<void> {
    if (this.#isWatching) return;
    this.#isWatching = true;
    const { stopping } = this.#options;
    while (this.#viewers.size > 0 && !stopping.aborted) {
      // Told to the viewers when it fails.
      await this.#look().catch(() => undefined);
      await this.#options.pause(stopping);
    }
    this.#isWatching = false;
  }

  #look(): Promise<Sight> {
    this.#looking ??= this.#ask().finally(() => {
      this.#looking = undefined;
    });
    return this.#looking;
  }

  async #ask(): Promise<Sight> {
    const { cluster, clockMs, wallMs } = this.#options;
    try {
      const [status, keepers] = await inTime(Promise.all([cluster.status(), cluster.keepers()]));
      const sight = { wallMs: wallMs(), status, keepers };
      this.#lookedAtMs = clockMs();
      this.#rates.take(this.#lookedAtMs, keepers);
      this.#sight = sight;
      this.#health = undefined;
      this.#note(sight);
      return sight;
    } catch (error) {
      this.#health = sayUnreachable(toPlainError(error).detail);
      this.#note('nothing');
      throw error;
    }
  }

  #note(look: Look): void {
    const { story, told } = goOn(this.#story, look);
    this.#story = story;
    if (look !== 'nothing') this.#sample(look as Sight);
    const at = new Date(this.#options.wallMs()).toISOString();
    const events = told.map((event) => {
      this.#eventCount += 1;
      return { id: this.#eventCount, at, ...event };
    });
    this.#events.push(...events);
    this.#events.splice(0, Math.max(0, this.#events.length - apiLimits.eventsMax));
    if (events.length > 0) this.#tell({ kind: 'story', value: events });
    for (const news of this.#state()) this.#tellChange(news);
  }

  #sample({ wallMs, status }: Sight): void {
    const { belowTarget } = status;
    this.#samples.push({ atMs: wallMs, ...this.#rates.total, belowTarget });
    this.#samples.splice(0, Math.max(0, this.#samples.length - apiLimits.samplesMax));
  }

  #state(): readonly News[] {
    if (this.#health !== undefined) return [{ kind: 'health', value: this.#health }];
    if (this.#sight === undefined) return [];
    const value = toOverviewJson(this.#sight, this.#rates);
    const keepers = this.#sight.keepers.map((keeper) => toKeeperJson(keeper, this.#rates));
    return [
      { kind: 'overview', value },
      { kind: 'keepers', value: keepers },
    ];
  }

  #known(): readonly News[] {
    return [
      ...this.#state(),
      { kind: 'history', value: [...this.#samples] },
      { kind: 'story', value: [...this.#events] },
    ];
  }

  #tellChange(news: News): void {
    const key = keyOf(news);
    if (this.#lastKeys.get(news.kind) === key) return;
    this.#lastKeys.set(news.kind, key);
    // One comes after the other: what was told before it does not stand any more.
    if (news.kind === 'health') this.#lastKeys.delete('overview');
    if (news.kind === 'overview') this.#lastKeys.delete('health');
    this.#tell(news);
  }

  #tell(news: News): void {
    for (const onNews of this.#viewers) onNews(news);
  }
}

/** Numbers that are never the same twice, though nothing has happened, are left out, or rounded. */
function keyOf({ value }: News): string {
  return JSON.stringify(value, (key, part: unknown) => {
    if (key === 'at') return undefined;
    if (key === 'lastHeartbeatMs') return Math.floor(Number(part) / heardMs);
    return key === 'usedBytes' || key === 'freeBytes'
      ? Math.round(Number(part) / spaceBytes)
      : part;
  });
}

const heardMs = 3_000;
const spaceBytes = 1024 ** 2;

const pause = (stopping: AbortSignal): Promise<void> =>
  delay(apiLimits.lookEveryMs, undefined, { signal: stopping, ref: false }).catch(() => undefined);

async function inTime<Value>(answer: Promise<Value>): Promise<Value> {
  const { lookTimeoutMs } = apiLimits;
  const over = new AbortController();
  const late = delay(lookTimeoutMs, undefined, { signal: over.signal, ref: false }).then(() => {
    throw new ReelkeepError('unavailable', `no answer within ${lookTimeoutMs / 1000} s`);
  });
  try {
    return await Promise.race([answer, late]);
  } finally {
    late.catch(() => undefined);
    over.abort();
  }
}
