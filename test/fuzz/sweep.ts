/** Damages what is valid in one way at every place there is, and tries what somebody has thought of. */
import fc from 'fast-check';
import { absurdLengths, type Damage, damaged } from './damage.js';
import type { Decoder } from './decoder.js';
import type { Trial } from './judge.js';
import { type OnTrial, type Tried, tryAll } from './try-all.js';

export interface SweepOptions {
  readonly seed: number;
  /** Of valid inputs. */
  readonly samples: number;
  /** To one of them; of more, these are spread evenly. */
  readonly damagesMax: number;
  readonly onTrial?: OnTrial | undefined;
}

export const sweepKinds = ['prefixes', 'flipped bits', 'absurd lengths'] as const;
export type SweepKind = (typeof sweepKinds)[number];

export const sweep = (decoder: Decoder, kind: SweepKind, options: SweepOptions): Tried =>
  tryAll(decoder, trialsOf(decoder, kind, options), options.onTrial);

/** Inputs with nothing valid behind them. */
export const tryHard = (decoder: Decoder, onTrial?: OnTrial): Tried =>
  tryAll(
    decoder,
    (decoder.hard?.() ?? []).map((input) => ({ input })),
    onTrial,
  );

function* trialsOf(
  decoder: Decoder,
  kind: SweepKind,
  { seed, samples, damagesMax }: SweepOptions,
): Generator<Trial> {
  for (const whole of fc.sample(decoder.valid, { seed, numRuns: samples })) {
    const places = decoder.focus?.(whole) ?? Array.from(whole.keys());
    for (const damage of spread(damagesOf[kind](places), damagesMax))
      yield { whole, input: damaged(whole, damage) };
  }
}

const damagesOf: Readonly<Record<SweepKind, (places: readonly number[]) => Damage[]>> = {
  prefixes: (places) => places.map((length) => ({ type: 'cut', length })),
  'flipped bits': (places) =>
    places.flatMap((at) =>
      Array.from({ length: 8 }, (_, bit): Damage => ({ type: 'flip', bit: at * 8 + bit })),
    ),
  'absurd lengths': (places) =>
    places.flatMap((at) =>
      absurdLengths.flatMap((bytes): Damage[] => [
        { type: 'over', at, bytes },
        { type: 'before', at, bytes },
      ]),
    ),
};

function spread<Item>(items: readonly Item[], most: number): readonly Item[] {
  if (items.length <= most) return items;
  const step = items.length / most;
  return Array.from({ length: most }, (_, at) => items[Math.floor(at * step)] as Item);
}
