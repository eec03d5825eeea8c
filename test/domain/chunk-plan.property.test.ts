import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  chunkBytes,
  chunkCount,
  chunkLength,
  chunkOffset,
  rangeBytes,
  wholeFile,
} from '../../src/domain/chunk-plan.js';
import { seed } from '../seed.js';

const sizes = fc.oneof(fc.nat(5 * chunkBytes), fc.integer({ min: 0, max: 2 ** 46 }));

describe(`chunk plan (seed ${seed})`, () => {
  it('S22: covers every byte of a file exactly once, beyond 2^32 too', () => {
    fc.assert(
      fc.property(sizes, (size) => {
        const count = chunkCount(size);
        const end = count === 0 ? 0 : chunkOffset(count - 1) + chunkLength(size, count - 1);
        expect([chunkOffset(0), end]).toEqual([0, size]);
      }),
      { seed },
    );
  });

  it('counts as many bytes in two halves as in the whole', () => {
    fc.assert(
      fc.property(sizes, fc.nat(), (size, cut) => {
        const { count } = wholeFile(size);
        const first = count === 0 ? 0 : cut % (count + 1);
        const halves =
          rangeBytes(size, { first: 0, count: first }) +
          rangeBytes(size, { first, count: count - first });
        expect(halves).toBe(size);
      }),
      { seed },
    );
  });
});
