import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { chunkBytes } from '../../src/domain/chunk-plan.js';
import {
  aheadBytes,
  aheadChunksMax,
  beginViewing,
  taken,
  type Viewing,
} from '../../src/domain/read-ahead.js';
import { seed } from '../seed.js';

const MiB = 1024 ** 2;

describe(`reading ahead (seed ${seed})`, () => {
  it('does not begin before the viewer has taken something', () => {
    expect(aheadBytes(beginViewing, 20)).toBe(0);
  });

  it('fetches for nothing no more than a quarter of what the viewer has taken, and it is bounded', () => {
    const piece = fc.record({ bytes: fc.integer({ min: 1, max: MiB }), ms: fc.nat(5_000) });
    fc.assert(
      fc.property(fc.array(piece, { minLength: 1 }), fc.nat(60_000), (pieces, chunkMs) => {
        const viewing = pieces.reduce<Viewing>(
          (before, { bytes, ms }) => taken(before, bytes, ms),
          beginViewing,
        );

        const ahead = aheadBytes(viewing, chunkMs);

        const sum = pieces.reduce((bytes, piece) => bytes + piece.bytes, 0);
        expect(viewing.takenBytes).toBe(sum);
        expect(ahead).toBeGreaterThanOrEqual(0);
        expect(ahead).toBeLessThanOrEqual(Math.min(sum / 4, aheadChunksMax * chunkBytes));
      }),
      { seed },
    );
  });

  it('has little ahead of one who takes slowly, and all that is allowed of one who takes at once', () => {
    const slow = afterTaking(100 * MiB, MiB / 1000);
    const fast = afterTaking(100 * MiB, 1000 * MiB);

    expect(Math.round(aheadBytes(slow, 20))).toBe(Math.round((140 * MiB) / 1000));
    expect(aheadBytes(fast, 20)).toBe(aheadChunksMax * chunkBytes);
  });

  it('notices that a viewer has become slow', () => {
    let viewing = afterTaking(100 * MiB, 1000 * MiB);
    for (let at = 0; at < 32; at += 1) viewing = taken(viewing, MiB / 8, 125);

    expect(aheadBytes(viewing, 20)).toBeLessThan(MiB);
  });
});

function afterTaking(bytes: number, bytesPerMs: number): Viewing {
  let viewing = beginViewing;
  for (let at = 0; at < bytes; at += MiB / 8)
    viewing = taken(viewing, MiB / 8, MiB / 8 / bytesPerMs);
  return viewing;
}
