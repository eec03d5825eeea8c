/** The one queue of ranges that all sources of a download share, and how fast each of them is. */
import { type ChunkRange, chunkLength } from '../../domain/chunk-plan.js';
import { type KeeperId, millis } from '../../domain/ids.js';
import * as queue from '../../domain/range-queue.js';
import * as pace from '../../domain/source-pace.js';
import type { ChunkSink } from './chunk-sink.js';
import { WakeUp } from './wake-up.js';

/** How long each keeper took for a chunk lately, in ms; shared by the downloads of a client. */
export type KnownPaces = Map<KeeperId, number>;

export class FetchPlan {
  readonly #size: number;
  readonly #sink: ChunkSink;
  readonly #known: KnownPaces;
  readonly #paces = new Map<KeeperId, pace.SourcePace>();
  readonly #changed = new WakeUp();
  #queue: queue.RangeQueue;

  constructor(size: number, sink: ChunkSink, known: KnownPaces) {
    this.#size = size;
    this.#sink = sink;
    this.#known = known;
    this.#queue = queue.createRangeQueue(sink.missing);
    sink.onGrown = () => this.#changed.wake();
  }

  get isFinished(): boolean {
    return queue.isFinished(this.#queue);
  }

  isUseful(keeper: KeeperId): boolean {
    return !this.isFinished && queue.isUseful(this.#queue, keeper);
  }

  isWanted(keeper: KeeperId, range: ChunkRange): boolean {
    return queue.isWanted(this.#queue, keeper, range);
  }

  /** The next range for this keeper, or a chunk of one that crawls; absent when there is neither now. */
  claim(keeper: KeeperId, sources: number): ChunkRange | undefined {
    const now = millis(performance.now());
    const known = this.#paceOf(keeper).chunkMs;
    const countMax = queue.claimCount(this.#queue, sources, known);
    const { before } = this.#sink;
    let claimed = queue.claimRange(this.#queue, keeper, { countMax, before });
    if (claimed.range === undefined) {
      const chunkMs = (source: KeeperId): number => pace.expectedChunkMs(this.#paceOf(source), now);
      claimed = queue.takeOver(this.#queue, keeper, chunkMs, before);
    }
    this.#queue = claimed.queue;
    if (claimed.range !== undefined)
      this.#paces.set(keeper, pace.askedAt(this.#paceOf(keeper), now));
    return claimed.range;
  }

  /** This side has no buffer for its next chunk: what that takes is not the keeper's time either. */
  held(keeper: KeeperId): void {
    this.#paces.set(keeper, pace.heldAt(this.#paceOf(keeper), millis(performance.now())));
  }

  letGo(keeper: KeeperId): void {
    this.#paces.set(keeper, pace.letGoAt(this.#paceOf(keeper), millis(performance.now())));
  }

  /** The chunk has come and is being looked at: what that takes is not the keeper's time. */
  arrived(keeper: KeeperId, index: number): void {
    const now = millis(performance.now());
    const arrived = pace.arrivedAt(this.#paceOf(keeper), now, chunkLength(this.#size, index));
    this.#paces.set(keeper, arrived);
    if (arrived.chunkMs !== undefined) this.#known.set(keeper, arrived.chunkMs);
  }

  /**
   * @returns bytes that are here now and were not before, and the keepers that were fetching the
   * same chunk for nothing
   */
  deliver(keeper: KeeperId, index: number): { bytes: number; overtaken: readonly KeeperId[] } {
    const { queue: after, claimants } = queue.deliver(this.#queue, index);
    this.#queue = after;
    this.#changed.wake();
    return {
      bytes: claimants.length > 0 ? chunkLength(this.#size, index) : 0,
      overtaken: claimants.filter((claimant) => claimant !== keeper),
    };
  }

  refuse(keeper: KeeperId, index: number): void {
    this.#queue = queue.refuse(this.#queue, keeper, index);
    this.#changed.wake();
  }

  /** Nothing is being asked of this keeper any more. */
  release(keeper: KeeperId): void {
    this.#queue = queue.release(this.#queue, keeper);
    this.#paces.set(keeper, pace.rested(this.#paceOf(keeper)));
    this.#changed.wake();
  }

  /** Resolves when a claim may succeed that did not before, or after a while. */
  changed(withinMs: number): Promise<void> {
    return this.#changed.sleep(withinMs);
  }

  wake(): void {
    this.#changed.wake();
  }

  #paceOf(keeper: KeeperId): pace.SourcePace {
    const chunkMs = this.#known.get(keeper);
    const begin = chunkMs === undefined ? pace.unknownPace : pace.knownPace(chunkMs);
    return this.#paces.get(keeper) ?? begin;
  }
}
