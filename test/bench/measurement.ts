/** What one figure came to: a value for each round, and where the time and the memory went. */

/** `x`: times the seconds of the baseline that ran in turn with it. */
type Unit = 'x' | 's' | 'ms' | '/s' | 'MiB' | 'MiB/s' | 'cores';

export interface Goal {
  readonly better: 'lower' | 'higher';
  readonly toBeat: number;
  readonly stretch?: number;
}

/** Where a measurement stands on a curve. */
export interface Curve {
  readonly curve: string;
  /** Of the lines in one picture. */
  readonly series: string;
  readonly x: number;
}

export interface Measurement {
  readonly name: string;
  /** A sentence for people. */
  readonly what: string;
  readonly unit: Unit;
  /** One for each round. */
  readonly values: readonly number[];
  readonly goal?: Goal;
  readonly at?: Curve;
  readonly baseline?: { readonly what: string; readonly seconds: readonly number[] };
  readonly seconds?: readonly number[];
  /** Of each process, in each round. */
  readonly cpuSeconds?: Readonly<Record<string, readonly number[]>>;
  readonly peakMiB?: Readonly<Record<string, readonly number[]>>;
}

/** A figure that cannot be taken on this machine, and why. */
interface Skipped {
  readonly name: string;
  readonly skipped: string;
}

export type Result = Measurement | Skipped;

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const upper = sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
  const lower = sorted[Math.ceil(sorted.length / 2) - 1] ?? Number.NaN;
  return (lower + upper) / 2;
}

export function spread(values: readonly number[]): readonly [number, number] {
  return [Math.min(...values), Math.max(...values)];
}
