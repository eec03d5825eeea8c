/** What a real process shows of itself, read as Prometheus reads it. */
import { spawnSync } from 'node:child_process';

export class Scrape {
  readonly text: string;
  /** Names of metrics and their types. */
  readonly types: ReadonlyMap<string, string>;
  readonly #samples = new Map<string, number>();

  constructor(text: string) {
    this.text = text;
    this.types = new Map(
      [...text.matchAll(/^# TYPE (\S+) (\S+)$/gm)].map(([, name = '', type = '']) => [name, type]),
    );
    for (const [, series = '', value = ''] of text.matchAll(/^(?!#)(.+) (\S+)$/gm))
      this.#samples.set(series, Number(value));
  }

  /** @param series as it is written: `name`, or `name{label="value"}` */
  of(series: string): number | undefined {
    return this.#samples.get(series);
  }

  /** Names of labels of all that is shown, by metric; `le` is the histogram's own. */
  get labels(): ReadonlyMap<string, ReadonlySet<string>> {
    const labels = new Map<string, Set<string>>();
    for (const series of this.#samples.keys()) {
      const [, name = '', inside = ''] = /^(\w+)(?:\{(.*)\})?$/.exec(series) ?? [];
      const metric = this.types.has(name) ? name : name.replace(/_(bucket|sum|count)$/, '');
      const names = labels.get(metric) ?? new Set<string>();
      for (const [, label = ''] of inside.matchAll(/(\w+)="/g))
        if (label !== 'le') names.add(label);
      labels.set(metric, names);
    }
    return labels;
  }
}

export async function scrape(port: number | undefined): Promise<Scrape> {
  const response = await fetch(`http://127.0.0.1:${port}/metrics`);
  if (response.status !== 200) throw new Error(`/metrics: ${response.status}`);
  return new Scrape(await response.text());
}

export async function healthOf(port: number | undefined, what: string) {
  const response = await fetch(`http://127.0.0.1:${port}/healthz/${what}`);
  return { status: response.status, ...((await response.json()) as object) };
}

export function promtoolIsMissing(): string | undefined {
  const { error } = spawnSync('promtool', ['--version']);
  return error === undefined
    ? undefined
    : 'promtool is not installed: it is in the package prometheus';
}

/** @returns what promtool complains of; nothing when all is well */
export function promtool(args: readonly string[], input = ''): string {
  const { status, stdout, stderr } = spawnSync('promtool', args, { input, encoding: 'utf8' });
  return status === 0 ? '' : `exit ${status}: ${stdout}${stderr}`;
}
