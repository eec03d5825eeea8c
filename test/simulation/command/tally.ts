/** What many runs come to. */
import { hashText, mix } from '../world/chance.js';
import type { PlainReport } from './plain-report.js';

export class Tally {
  #runs = 0;
  #simulatedMs = 0;
  #events = 0;
  #heartbeatsMissed = 0;
  #tooHard = 0;
  #hash = 0;
  readonly #happened = new Map<string, number>();
  readonly #outcomes = new Map<string, number>();

  /** Of all runs in the order in which they were added. */
  get traceHash(): string {
    return this.#hash.toString(16).padStart(8, '0');
  }

  add({ happened, outcomes, ...report }: PlainReport): void {
    this.#runs += 1;
    this.#simulatedMs += report.simulatedMs;
    this.#events += report.events;
    this.#heartbeatsMissed += report.heartbeatsMissed;
    this.#tooHard += report.tooHard;
    this.#hash = mix(this.#hash, hashText(report.traceHash));
    sum(this.#happened, happened);
    sum(this.#outcomes, outcomes);
  }

  progress(seconds: number): string {
    return [
      `${hours(this.#simulatedMs)} simulated`,
      `${(this.#runs / seconds).toFixed(1)} runs/s`,
      `${Math.round(this.#events / seconds)} events/s`,
    ].join(', ');
  }

  summary(seconds: number): string {
    return [
      `${this.#runs} runs in ${seconds.toFixed(1)} s: ${this.progress(seconds)}`,
      `${Math.round(this.#simulatedMs / 1000 / seconds)} simulated seconds a second`,
      `${this.#heartbeatsMissed} heartbeats were missed`,
      'happened:',
      ...byLayer(this.#happened),
      'operations:',
      ...table(this.#outcomes),
      ...(this.#tooHard > 0 ? [`${this.#tooHard} histories were too hard to judge`] : []),
    ].join('\n');
  }
}

function sum(into: Map<string, number>, more: Readonly<Record<string, number>>): void {
  for (const [name, count] of Object.entries(more)) into.set(name, (into.get(name) ?? 0) + count);
}

const table = (counts: ReadonlyMap<string, number>): readonly string[] =>
  [...counts]
    .toSorted(([one], [other]) => (one < other ? -1 : 1))
    .map(([name, count]) => `  ${String(count).padStart(8)}  ${name}`);

/** Each layer with its sum, and its kinds below it. */
function byLayer(counts: ReadonlyMap<string, number>): readonly string[] {
  const layers = new Map<string, Map<string, number>>();
  for (const [name, count] of counts) {
    const [layer = '', kind = ''] = name.split(': ');
    const kinds = layers.get(layer) ?? new Map<string, number>();
    layers.set(layer, kinds.set(kind, count));
  }
  return [...layers].toSorted().flatMap(([layer, kinds]) => {
    const total = [...kinds.values()].reduce((sum, count) => sum + count, 0);
    return [`  ${layer}, ${total}:`, ...table(kinds)];
  });
}

const hours = (ms: number): string =>
  ms < 3_600_000 ? `${(ms / 60_000).toFixed(1)} min` : `${(ms / 3_600_000).toFixed(1)} h`;
