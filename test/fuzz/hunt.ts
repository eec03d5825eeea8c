/** Gives a decoder bytes that chance has made or damaged: the same seed makes the same. */
import fc from 'fast-check';
import { anyDamage, damaged } from './damage.js';
import type { Decoder } from './decoder.js';
import type { Trial } from './judge.js';
import { type Finding, type OnTrial, type Tried, tryAll } from './try-all.js';

export interface HuntOptions {
  readonly seed: number;
  readonly runs: number;
  readonly onTrial?: OnTrial | undefined;
}

/** Of one valid input, which takes longer to draw than to decode. */
const damagesMax = 12;
const randomLengthMax = 600;

/** What is found is made as small as it stays a finding. */
export function hunt(decoder: Decoder, { seed, runs, onTrial }: HuntOptions): Tried {
  const counts = { tried: 0, decoded: 0 };
  let finding: Finding | undefined;
  const holds = (trials: readonly Trial[]): boolean => {
    const { tried, decoded, finding: found } = tryAll(decoder, trials, onTrial);
    counts.tried += tried;
    counts.decoded += decoded;
    // While fast-check shrinks, each one that still fails is smaller than the one before.
    finding = found ?? finding;
    return found === undefined;
  };
  fc.check(fc.property(trialsOf(decoder), holds), { seed, numRuns: runs });
  return { ...counts, ...(finding && { finding }) };
}

function trialsOf(decoder: Decoder): fc.Arbitrary<readonly Trial[]> {
  const several = fc.array(anyDamage, { minLength: 1, maxLength: 3, size: 'max' });
  const damages = fc.array(several, { maxLength: damagesMax, size: 'max' });
  const fromValid = fc.tuple(decoder.valid, damages).map(([whole, all]): readonly Trial[] => {
    const focus = decoder.focus?.(whole) ?? [];
    const hurt = all.map((aims) => ({
      whole,
      input: aims.reduce((bytes, aim) => damaged(bytes, aim(bytes, focus)), whole),
    }));
    return [{ whole, input: whole }, ...hurt];
  });
  const fromNowhere = fc
    .uint8Array({ maxLength: randomLengthMax, size: 'max' })
    .map((input) => [{ input }]);
  return fc.oneof({ weight: 3, arbitrary: fromValid }, { weight: 1, arbitrary: fromNowhere });
}
