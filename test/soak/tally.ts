/** What a soak comes to, in figures. */
import type { History } from '../simulation/history/operations.js';
import { tellOutcome } from './outcomes.js';
import { descriptorCount, mebibytesOf, type Resources } from './resources.js';

export class Tally {
  readonly #counts = new Map<string, number>();

  add(what: string): void {
    this.#counts.set(what, (this.#counts.get(what) ?? 0) + 1);
  }

  get lines(): readonly string[] {
    return [...this.#counts]
      .toSorted(([one], [other]) => (one < other ? -1 : 1))
      .map(([what, count]) => `${String(count).padStart(8)}  ${what}`);
  }
}

export function tellOperations(history: History): readonly string[] {
  const tally = new Tally();
  for (const { call, outcome } of history) {
    const verb = call.type === 'put' && call.replace ? 'replace' : call.type;
    tally.add(`${verb}: ${tellOutcome(outcome)}`);
  }
  return tally.lines;
}

export const tellResources = (name: string, start: Resources, end: Resources): string =>
  `  ${name.padEnd(8)}${mebibytesOf(start)} MiB, then ${mebibytesOf(end)} MiB; ` +
  `${descriptorCount(start)} descriptors, then ${descriptorCount(end)}`;
