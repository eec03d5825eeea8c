/** What the fuzzer has to know of a decoder; each is told once, in `decoders/`. */
import type fc from 'fast-check';
import { type ErrorCode, ReelkeepError } from '../../src/domain/errors.js';

/** What a decoder may make of bytes. Whatever it throws instead is a finding. */
export type Outcome<Value = unknown> =
  | { readonly type: 'decoded'; readonly value: Value }
  | { readonly type: 'refused'; readonly why: string };

export interface Decoder<Value = unknown> {
  readonly name: string;
  /** Encoded inputs, all of which are decoded. */
  readonly valid: fc.Arbitrary<Uint8Array>;
  decode(bytes: Buffer): Outcome<Value>;
  /** What was decoded, whatever from, as bytes that decode to the same. */
  encode?(value: Value): Uint8Array;
  /** For a format with checksums: whether bytes that stood for `whole` may be taken for `decoded` when they are damaged. */
  mayBecome?(whole: Value, decoded: Value): boolean;
  /** Offsets that damage is aimed at, where most bytes of a valid input mean little. */
  focus?(bytes: Uint8Array): readonly number[];
  /** What chance would hardly come to: long, deep, or once a finding. */
  hard?(): readonly Uint8Array[];
  /** One try takes so long that fewer are made. */
  readonly isCostly?: true;
}

export const decoded = <Value>(value: Value): Outcome<Value> => ({ type: 'decoded', value });

export const refused = (why: string): Outcome<never> => ({ type: 'refused', why });

/** For a decoder that says nothing of why. */
export const decodedUnlessUndefined = <Value>(value: Value | undefined): Outcome<Value> =>
  value === undefined ? refused('no reason is given') : decoded(value);

/** For a decoder that refuses by throwing: nothing but an error of this code, or class, is a refusal. */
export function decodedUnless<Value>(
  refusal: ErrorCode | (new (...args: never[]) => Error),
  decode: () => Value,
): Outcome<Value> {
  try {
    return decoded(decode());
  } catch (error) {
    if (error instanceof Error && isRefusal(refusal, error)) return refused(error.message);
    throw error;
  }
}

const isRefusal = (
  refusal: ErrorCode | (new (...args: never[]) => Error),
  error: Error,
): boolean =>
  typeof refusal === 'string'
    ? error instanceof ReelkeepError && error.code === refusal
    : error instanceof refusal;
