/** Tries inputs one after the other, until a decoder errs. */
import type { Decoder } from './decoder.js';
import { judge, type Trial } from './judge.js';

export interface Finding extends Trial {
  readonly why: string;
}

export interface Tried {
  readonly tried: number;
  /** Of those, as against refused. */
  readonly decoded: number;
  readonly finding?: Finding;
}

/** Told each input before it is tried: of one that never comes back nothing else tells. */
export type OnTrial = (trial: Trial) => void;

export function tryAll(
  decoder: Decoder,
  trials: Iterable<Trial>,
  onTrial: OnTrial = () => undefined,
): Tried {
  const counts = { tried: 0, decoded: 0 };
  for (const trial of trials) {
    onTrial(trial);
    const judgement = judge(decoder, trial);
    counts.tried += 1;
    if (!judgement.ok) return { ...counts, finding: { ...trial, why: judgement.why } };
    counts.decoded += judgement.outcome.type === 'decoded' ? 1 : 0;
  }
  return counts;
}

/** One after the other, too; the second is not begun when the first found something. */
export function tryInTurn(works: Iterable<() => Tried>): Tried {
  let all: Tried = { tried: 0, decoded: 0 };
  for (const work of works) {
    const { tried, decoded, ...found } = work();
    all = { ...found, tried: all.tried + tried, decoded: all.decoded + decoded };
    if (all.finding !== undefined) break;
  }
  return all;
}
