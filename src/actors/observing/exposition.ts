/** Families in the text format of Prometheus, with what Node tells of its process. */
import { collectDefaultMetrics, type Metric, Registry } from 'prom-client';
import type { Durations } from '../../domain/counting.js';
import type { Family, Labels } from './family.js';

/** Gauges that are called as counters are; what they say is said by those of nearly the same name. */
export const misnamedDefaults: readonly string[] = [
  'nodejs_active_handles_total',
  'nodejs_active_requests_total',
  'nodejs_active_resources_total',
];

export interface ExpositionOptions {
  readonly families: readonly Family[];
  /** Asked before the families are read, once for each exposition. */
  readonly prepare?: () => Promise<void>;
}

export class Exposition {
  readonly #registry = new Registry();
  readonly #prepare: () => Promise<void>;
  #underWay: Promise<string> | undefined;

  constructor({ families, prepare = async () => undefined }: ExpositionOptions) {
    this.#prepare = prepare;
    collectDefaultMetrics({ register: this.#registry });
    for (const name of misnamedDefaults) this.#registry.removeSingleMetric(name);
    for (const family of families)
      this.#registry.registerMetric(new ShownFamily(family) as unknown as Metric<string>);
  }

  get contentType(): string {
    return this.#registry.contentType;
  }

  /** Whoever asks while one is being made gets that one. */
  text(): Promise<string> {
    this.#underWay ??= this.#make().finally(() => {
      this.#underWay = undefined;
    });
    return this.#underWay;
  }

  async #make(): Promise<string> {
    await this.#prepare();
    return await this.#registry.metrics();
  }
}

interface Shown {
  readonly metricName?: string;
  readonly labels: Labels;
  readonly value: number;
}

/** As the registry asks a metric: those of the library keep numbers, and these are kept elsewhere. */
class ShownFamily {
  readonly name: string;
  readonly help: string;
  readonly type: Family['type'];
  readonly aggregator = 'sum';
  readonly #family: Family;

  constructor(family: Family) {
    this.name = family.name;
    this.help = family.help;
    this.type = family.type;
    this.#family = family;
  }

  async get() {
    const { name, help, type, aggregator } = this;
    return { name, help, type, aggregator, values: valuesOf(this.#family) };
  }
}

const valuesOf = (family: Family): readonly Shown[] =>
  family.type === 'histogram'
    ? Array.from(family.read(), ({ labels, durations }) =>
        shownOf(family.name, labels, durations),
      ).flat()
    : [...family.read()];

function shownOf(name: string, labels: Labels, durations: Durations): Shown[] {
  const { boundsMs, counts, count, sumMs } = durations;
  let upTo = 0;
  const buckets = boundsMs.map((boundMs, at) => {
    upTo += counts[at] ?? 0;
    return { le: String(boundMs / 1_000), value: upTo };
  });
  return [
    ...[...buckets, { le: '+Inf', value: count }].map(({ le, value }) => ({
      metricName: `${name}_bucket`,
      labels: { ...labels, le },
      value,
    })),
    { metricName: `${name}_sum`, labels, value: sumMs / 1_000 },
    { metricName: `${name}_count`, labels, value: count },
  ];
}
