import { describe, expect, it } from 'vitest';
import { picture } from './plots.js';

describe('a picture of a curve', () => {
  it('names its axes and its lines, and has a dot for each round', () => {
    const svg = picture([
      point('put', 5, [300, 320, 310]),
      point('put', 80, [600]),
      point('get', 5, [900]),
    ]);

    for (const text of ['size of the film, MiB', 'MiB/s', '>put<', '>get<'])
      expect(svg).toContain(text);
    expect(svg.startsWith('<svg')).toBe(true);
    expect(svg).not.toMatch(/NaN|undefined/);
  });
});

const point = (series: string, x: number, values: readonly number[]) =>
  ({
    name: `size-${series}@${x}`,
    what: '',
    unit: 'MiB/s',
    values,
    at: { curve: 'size', series, x },
  }) as const;
