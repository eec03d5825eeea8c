/** How much was tried of each decoder, and how fast. */
import type { HuntReport } from './messages.js';

interface Line {
  tried: number;
  decoded: number;
  tookMs: number;
}

export class Tally {
  readonly #lines = new Map<string, Line>();

  add(decoder: string, { tried, decoded, tookMs }: HuntReport): void {
    const line = this.#lines.get(decoder) ?? { tried: 0, decoded: 0, tookMs: 0 };
    line.tried += tried;
    line.decoded += decoded;
    line.tookMs += tookMs;
    this.#lines.set(decoder, line);
  }

  get tried(): number {
    return [...this.#lines.values()].reduce((sum, line) => sum + line.tried, 0);
  }

  /** In the order of the names that are given. */
  table(names: readonly string[]): string {
    const rows = names.map((name) => {
      const { tried = 0, decoded = 0, tookMs = 0 } = this.#lines.get(name) ?? {};
      const perSecond = tookMs === 0 ? 0 : Math.round((tried * 1_000) / tookMs);
      const percent = tried === 0 ? 0 : Math.round((decoded * 100) / tried);
      return [name, grouped(tried), `${percent} %`, grouped(perSecond)];
    });
    return [['decoder', 'inputs', 'decoded', 'a second'], ...rows].map(rowText).join('\n');
  }
}

export const grouped = (number: number): string => number.toLocaleString('en');

const rowText = ([name = '', ...numbers]: readonly string[]): string =>
  name.padEnd(18) + numbers.map((number) => number.padStart(12)).join('');
