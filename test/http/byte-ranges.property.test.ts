import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type ByteRange, judgeRange, lengthOf, rangesMax } from '../../src/http/byte-ranges.js';
import { seed } from '../seed.js';

describe(`a Range header (seed ${seed})`, () => {
  it('asks for the bytes that a plain reading of it names', () => {
    fc.assert(
      fc.property(
        fc.nat(60),
        fc.array(spec, { minLength: 1, maxLength: rangesMax }),
        (size, specs) => {
          const verdict = judgeRange(`bytes=${specs.map(textOf).join(', ')}`, size);

          const wanted = new Set(specs.flatMap((one) => namedBy(one, size)));
          const parts = verdict.type === 'parts' ? verdict.parts : [];
          expect(parts.flatMap(indexes).sort(byNumber)).toEqual([...wanted].sort(byNumber));
          expect(verdict.type === 'unsatisfiable').toBe(
            wanted.size === 0 && !(size === 0 && specs.some(isSuffixOfSome)),
          );
        },
      ),
      { seed },
    );
  });

  it('never asks for a byte twice, nor for one that is not there', () => {
    fc.assert(
      fc.property(fc.nat(), fc.array(spec, { maxLength: 40 }), (size, specs) => {
        const verdict = judgeRange(`bytes=${specs.map(textOf).join(',')}`, size);

        const parts = verdict.type === 'parts' ? verdict.parts : [];
        const sorted = [...parts].sort((a, b) => a.first - b.first);
        for (const [at, { first, last }] of sorted.entries()) {
          expect(first).toBeGreaterThan(sorted[at - 1]?.last ?? -1);
          expect(last).toBeGreaterThanOrEqual(first);
          expect(last).toBeLessThan(size);
        }
        expect(parts.reduce((sum, part) => sum + lengthOf(part), 0)).toBeLessThanOrEqual(size);
      }),
      { seed },
    );
  });

  it('of any text at all is judged, and asks for no more than there is', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary-ascii' }), fc.nat(), (text, size) => {
        for (const header of [text, `bytes=${text}`]) {
          const verdict = judgeRange(header, size);
          if (verdict.type !== 'parts') continue;
          for (const { first, last } of verdict.parts)
            expect(first <= last && last < size).toBe(true);
        }
      }),
      { seed },
    );
  });
});

interface Spec {
  readonly from: number | undefined;
  readonly to: number | undefined;
}

const position = fc.nat(80);
const spec: fc.Arbitrary<Spec> = fc.oneof(
  fc.tuple(position, position).map(([a, b]) => ({ from: Math.min(a, b), to: Math.max(a, b) })),
  position.map((from) => ({ from, to: undefined })),
  position.map((to) => ({ from: undefined, to })),
);

const textOf = ({ from, to }: Spec): string => `${from ?? ''}-${to ?? ''}`;
const isSuffixOfSome = ({ from, to }: Spec): boolean => from === undefined && to !== 0;
const byNumber = (a: number, b: number): number => a - b;

/** One byte after the other, as the RFC describes it. */
function namedBy({ from, to }: Spec, size: number): number[] {
  const all = Array.from({ length: size }, (_, at) => at);
  if (from === undefined) return to === 0 ? [] : all.slice(-(to ?? 0));
  return all.filter((at) => at >= from && at <= (to ?? size));
}

const indexes = ({ first, last }: ByteRange): number[] =>
  Array.from({ length: last - first + 1 }, (_, at) => first + at);
