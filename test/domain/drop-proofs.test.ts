import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { judgeProofs, type Testimony } from '../../src/domain/drop-proofs.js';
import { keeperId } from '../../src/domain/ids.js';

const [k1, k2, k3, k4] = ['k1', 'k2', 'k3', 'k4'].map(keeperId) as [
  ReturnType<typeof keeperId>,
  ...ReturnType<typeof keeperId>[],
];
const says = (keeper: typeof k1 | undefined, proof?: string): Testimony => ({
  keeper: keeper ?? k1,
  proof,
});

describe('the proofs that a drop rests on', () => {
  it('believes those who say the same as the keeper whose replica is to go', () => {
    const staying = [says(k1, 'a'), says(k2, 'b'), says(k3, 'a')];

    expect(judgeProofs(staying, says(k4, 'a'))).toEqual({
      ok: true,
      believed: [k1, k3],
      doubted: [k2],
    });
  });

  it('believes nobody who was not found sound', () => {
    expect(judgeProofs([says(k1, 'a'), says(k2)], says(k4, 'a'))).toEqual({
      ok: true,
      believed: [k1],
      doubted: [],
    });
    expect(judgeProofs([says(k1), says(k2)], undefined)).toEqual({
      ok: true,
      believed: [],
      doubted: [],
    });
  });

  it('rests on two at least when the keeper whose replica is to go shows nothing', () => {
    expect(judgeProofs([says(k1, 'a'), says(k2)], says(k4))).toMatchObject({ ok: false });
    expect(judgeProofs([says(k1, 'a'), says(k2, 'b')], says(k4))).toMatchObject({ ok: false });
    expect(judgeProofs([says(k1, 'a'), says(k2, 'a')], says(k4))).toEqual({
      ok: true,
      believed: [k1, k2],
      doubted: [],
    });
  });

  it('waits for a keeper whose turn to show what is to go never came', () => {
    const unasked: Testimony = { ...says(k4), unasked: true };

    expect(judgeProofs([says(k1, 'a'), says(k2, 'a')], unasked)).toMatchObject({
      ok: false,
      reason: expect.stringContaining('no turn'),
    });
  });

  it('asks all who stay to agree where nothing sound goes', () => {
    expect(judgeProofs([says(k1, 'a'), says(k2, 'a')], undefined)).toEqual({
      ok: true,
      believed: [k1, k2],
      doubted: [],
    });
    expect(judgeProofs([says(k1, 'a'), says(k2, 'b'), says(k3, 'a')], undefined)).toMatchObject({
      ok: false,
      reason: expect.stringContaining('k2'),
    });
  });

  it('S27: believes no liar while what goes is honest, and no liar at all beside one honest keeper', () => {
    const word = fc.constantFrom('lie 1', 'lie 2', undefined);
    fc.assert(
      fc.property(
        fc.array(word, { maxLength: 6 }),
        fc.nat(3),
        fc.boolean(),
        (lies, honest, goes) => {
          const liars = lies.map((proof, at) => says(keeperId(`liar-${at}`), proof));
          const others = Array.from({ length: honest }, (_, at) =>
            says(keeperId(`honest-${at}`), 'the bytes'),
          );
          fc.pre(goes || honest > 0);

          const verdict = judgeProofs(
            [...liars, ...others],
            goes ? says(k4, 'the bytes') : undefined,
          );

          if (verdict.ok)
            expect(verdict.believed.filter((keeper) => keeper.startsWith('liar'))).toEqual([]);
        },
      ),
    );
  });
});
