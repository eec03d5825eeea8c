/**
 * Whose word a drop may rest on, though any keeper can say of its replica what it likes.
 *
 * All are given the same challenge, to which only who has the bytes knows the answer. The keeper
 * whose sound replica is to go gains nothing by a false one: who answers otherwise than it does is
 * not believed, however many they are. Where it shows nothing, or nothing sound goes, all who stay
 * must agree; for what has not been shown to be bad, two of them at least.
 */
import type { KeeperId } from './ids.js';

export interface Testimony {
  readonly keeper: KeeperId;
  /** Absent when the replica was not found sound. */
  readonly proof: string | undefined;
  /** Its turn to be asked never came. */
  readonly unasked?: true;
}

export type ProofVerdict =
  | {
      readonly ok: true;
      readonly believed: readonly KeeperId[];
      /** They say that they are sound, and answer otherwise. */
      readonly doubted: readonly KeeperId[];
    }
  | { readonly ok: false; readonly reason: string };

/** @param leaver whose replica is to go, if the table holds that to be sound */
export function judgeProofs(
  staying: readonly Testimony[],
  leaver: Testimony | undefined,
): ProofVerdict {
  const sound = staying.filter(({ proof }) => proof !== undefined);
  const reference = leaver?.proof ?? sound[0]?.proof;
  const agreeing = keepersOf(sound.filter(({ proof }) => proof === reference));
  const others = keepersOf(sound.filter(({ proof }) => proof !== reference));
  if (leaver?.proof !== undefined) return { ok: true, believed: agreeing, doubted: others };
  if (leaver?.unasked) return refuse(`${leaver.keeper} had no turn to show what is to go`);
  if (others.length > 0)
    return refuse(`${agreeing.join(', ')} and ${others.join(', ')} do not hold the same bytes`);
  if (leaver !== undefined && agreeing.length < 2)
    return refuse(`${leaver.keeper} has not shown what is to go, and one word is not enough`);
  return { ok: true, believed: agreeing, doubted: [] };
}

const keepersOf = (testimonies: readonly Testimony[]): readonly KeeperId[] =>
  testimonies.map(({ keeper }) => keeper);

const refuse = (reason: string): ProofVerdict => ({ ok: false, reason });
