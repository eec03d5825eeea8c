/** The results as a table for people, as they come, and as JSON for whoever compares them. */
import { cpus, release, totalmem } from 'node:os';
import process from 'node:process';
import { alignColumns } from '../../src/cli/columns.js';
import { type Measurement, median, type Result, spread } from './measurement.js';
import type { Scale } from './stage.js';

const head = ['figure', 'median', 'from to', 'to beat', 'stretch', 'seconds', 'baseline', 'CPU s'];

export function tableText(results: readonly Result[]): string {
  const rows = results.map((result) =>
    'skipped' in result ? [result.name, `skipped: ${result.skipped}`] : rowOf(result),
  );
  return alignColumns([[...head, 'peak MiB'], ...rows]).join('\n');
}

export function lineText(result: Result): string {
  if ('skipped' in result) return `${result.name}: skipped: ${result.skipped}`;
  const [from, to] = spread(result.values).map(digits);
  const goal = result.goal === undefined ? '' : `, to beat ${result.goal.toBeat}`;
  return `${result.name}: ${digits(median(result.values))} ${result.unit} (${from} to ${to}${goal})`;
}

export const jsonText = (scale: Scale, results: readonly Result[]): string =>
  `${JSON.stringify({ machine: machine(), scale, results: results.map(withMedians) }, null, 2)}\n`;

function rowOf(result: Measurement): string[] {
  const { name, values, unit, goal, seconds, baseline, cpuSeconds, peakMiB } = result;
  const [from, to] = spread(values).map(digits);
  return [
    name,
    `${digits(median(values))} ${unit}`,
    `${from} to ${to}`,
    goal === undefined ? '' : `${goal.toBeat}`,
    goal?.stretch === undefined ? '' : `${goal.stretch}`,
    seconds === undefined ? '' : digits(median(seconds)),
    baseline === undefined ? '' : digits(median(baseline.seconds)),
    cpuSeconds === undefined ? '' : byRole(cpuSeconds, digits),
    peakMiB === undefined ? '' : byRole(peakMiB, (value) => `${Math.round(value)}`),
  ];
}

/** Keepers as one, by their sum. */
function byRole(
  used: Readonly<Record<string, readonly number[]>>,
  text: (value: number) => string,
): string {
  const sums = { client: 0, master: 0, keepers: 0 };
  for (const [name, values] of Object.entries(used)) {
    const role = name === 'client' || name === 'master' ? name : 'keepers';
    sums[role] += median(values);
  }
  const parts = Object.entries(sums).map(([role, sum]) => `${role} ${text(sum)}`);
  const total = sums.client + sums.master + sums.keepers;
  return `${text(total)} (${parts.join(', ')})`;
}

const digits = (value: number): string => {
  if (value >= 100) return value.toFixed(0);
  return value >= 10 ? value.toFixed(1) : value.toFixed(2);
};

const withMedians = (result: Result) =>
  'skipped' in result
    ? result
    : { ...result, median: median(result.values), spread: spread(result.values) };

const machine = () => ({
  cores: cpus().length,
  processor: cpus()[0]?.model ?? '',
  memoryBytes: totalmem(),
  kernel: release(),
  node: process.version,
});
