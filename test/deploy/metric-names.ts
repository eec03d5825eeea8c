/** Names of metrics: those that the page has, and those that a board or rules ask for. */
import { readFileSync } from 'node:fs';

export interface DocumentedMetric {
  readonly name: string;
  readonly type: string;
  readonly labels: readonly string[];
  readonly meaning: string;
}

export function documentedMetrics(): readonly DocumentedMetric[] {
  const page = readFileSync(new URL('../../docs/metrics.md', import.meta.url), 'utf8');
  const row = /^\| `(\w+)` \| (gauge|counter|histogram) \| ([^|]*)\| ([^|]+) \|$/gm;
  return [...page.matchAll(row)].map(([, name = '', type = '', labels = '', meaning = '']) => ({
    name,
    type,
    labels: [...labels.matchAll(/`(\w+)`/g)].map(([, label = '']) => label),
    meaning,
  }));
}

/** Of Reelkeep and of Node; the series of a histogram by the name of that. */
export const metricNamesIn = (text: string): readonly string[] => [
  ...new Set(
    [...text.matchAll(/\b(?:reelkeep|process|nodejs)_[a-z0-9_]+\b/g)].map(([name]) =>
      name.replace(/_seconds_(bucket|sum|count)$/, '_seconds'),
    ),
  ),
];
