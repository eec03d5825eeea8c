/**
 * What a process shows of itself, as data: a name, what it means, and how to read it.
 *
 * Nothing is kept here. A value is read when somebody asks, and one that is not known is left out.
 */
import type { Durations } from '../../domain/counting.js';

export type Labels = Readonly<Record<string, string>>;

interface Described {
  readonly name: string;
  /** One sentence. */
  readonly help: string;
}

export interface NumberFamily extends Described {
  readonly type: 'gauge' | 'counter';
  read(): Iterable<{ readonly labels: Labels; readonly value: number }>;
}

export interface DurationsFamily extends Described {
  readonly type: 'histogram';
  read(): Iterable<{ readonly labels: Labels; readonly durations: Durations }>;
}

export type Family = NumberFamily | DurationsFamily;

/** Values of the labels, in the order of their names, with `/` between them. */
type Keyed<Value> = Iterable<readonly [key: string, value: Value]>;

export const gauge = (
  name: string,
  help: string,
  read: () => number | undefined,
): NumberFamily => ({ name, help, type: 'gauge', read: () => alone(read()) });

export const counter = (
  name: string,
  help: string,
  read: () => number | undefined,
): NumberFamily => ({ name, help, type: 'counter', read: () => alone(read()) });

export const gaugesBy = (
  labelNames: readonly string[],
  name: string,
  help: string,
  read: () => Keyed<number>,
): NumberFamily => ({ name, help, type: 'gauge', read: () => keyed(labelNames, read) });

export const countersBy = (
  labelNames: readonly string[],
  name: string,
  help: string,
  read: () => Keyed<number>,
): NumberFamily => ({
  name,
  help,
  type: 'counter',
  read: () => keyed(labelNames, read),
});

export const durationsBy = (
  labelNames: readonly string[],
  name: string,
  help: string,
  read: () => Keyed<Durations>,
): DurationsFamily => ({
  name,
  help,
  type: 'histogram',
  read: () =>
    Array.from(read(), ([key, durations]) => ({ labels: labelsOf(labelNames, key), durations })),
});

export const durations = (
  name: string,
  help: string,
  read: () => Durations | undefined,
): DurationsFamily =>
  durationsBy([], name, help, () => {
    const found = read();
    return found === undefined ? [] : [['', found]];
  });

/** One state of several is 1, the others are 0. */
export const stateOf = <State extends string>(
  states: readonly State[],
  present: State,
): (readonly [string, number])[] => states.map((state) => [state, state === present ? 1 : 0]);

function* alone(value: number | undefined) {
  if (value !== undefined) yield { labels: {}, value };
}

function* keyed(labelNames: readonly string[], read: () => Keyed<number>) {
  for (const [key, value] of read()) yield { labels: labelsOf(labelNames, key), value };
}

function labelsOf(names: readonly string[], key: string): Labels {
  const values = key.split('/');
  return Object.fromEntries(names.map((name, at) => [name, values[at] ?? '']));
}
