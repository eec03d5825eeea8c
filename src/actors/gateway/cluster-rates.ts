/** How much goes through the data ports of keepers, out of what each has counted since its start. */
import type { DataTraffic } from '../../domain/data-traffic.js';
import type { TrafficJson } from './api-shapes.js';

interface Point {
  readonly atMs: number;
  readonly told: DataTraffic;
}

interface Counted {
  readonly keeper: string;
  readonly traffic?: DataTraffic;
}

export interface KeeperRates extends TrafficJson {
  readonly copyBytesPerSecond: number;
}

const still: KeeperRates = { inBytesPerSecond: 0, outBytesPerSecond: 0, copyBytesPerSecond: 0 };

export class ClusterRates {
  readonly #windowMs: number;
  #points = new Map<string, readonly Point[]>();

  constructor(windowMs: number) {
    this.#windowMs = windowMs;
  }

  /** What has not been told of is forgotten. */
  take(atMs: number, keepers: readonly Counted[]): void {
    const points = new Map<string, readonly Point[]>();
    for (const { keeper, traffic } of keepers) {
      if (traffic === undefined) continue;
      const recent = (this.#points.get(keeper) ?? []).filter(
        (point) => atMs - point.atMs <= this.#windowMs,
      );
      points.set(keeper, [...recent, { atMs, told: traffic }]);
    }
    this.#points = points;
  }

  /** Undefined until a keeper was heard of twice. */
  of(keeper: string): KeeperRates | undefined {
    const points = this.#points.get(keeper) ?? [];
    const [first, last] = [points.at(0), points.at(-1)];
    if (first === undefined || last === undefined || first === last) return undefined;
    const seconds = (last.atMs - first.atMs) / 1000;
    const perSecond = (count: (told: DataTraffic) => number): number =>
      Math.round(grown(points, count) / seconds);
    return {
      inBytesPerSecond: perSecond(({ receivedBytes }) => receivedBytes),
      outBytesPerSecond: perSecond(({ sentBytes }) => sentBytes),
      copyBytesPerSecond: perSecond(({ copiedBytes }) => copiedBytes),
    };
  }

  get total(): KeeperRates {
    return [...this.#points.keys()].reduce((sum, keeper) => plus(sum, this.of(keeper)), still);
  }
}

/** A keeper that has started again counts from nothing. */
const grown = (points: readonly Point[], count: (told: DataTraffic) => number): number =>
  points.reduce((sum, { told }, at) => {
    const before = points[at - 1];
    return before === undefined ? sum : sum + Math.max(0, count(told) - count(before.told));
  }, 0);

const plus = (a: KeeperRates, b: KeeperRates = still): KeeperRates => ({
  inBytesPerSecond: a.inBytesPerSecond + b.inBytesPerSecond,
  outBytesPerSecond: a.outBytesPerSecond + b.outBytesPerSecond,
  copyBytesPerSecond: a.copyBytesPerSecond + b.copyBytesPerSecond,
});
