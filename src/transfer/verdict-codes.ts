/** The one table between error codes and the byte that a verdict carries; a number, once released, keeps its meaning. */
import type { ErrorCode } from '../domain/errors.js';

export const okCode = 0;

const bytes = {
  internal: 1,
  usage: 2,
  'not-found': 3,
  'not-allowed': 4,
  unavailable: 5,
  'unknown-outcome': 6,
  conflict: 7,
  integrity: 8,
  partial: 9,
  'no-space': 10,
  'refused-input': 11,
  stale: 12,
} as const satisfies Record<ErrorCode, number>;

const codes: ReadonlyMap<number, ErrorCode> = new Map(
  (Object.entries(bytes) as [ErrorCode, number][]).map(([code, byte]) => [byte, code]),
);

export const verdictByteOf = (code: ErrorCode): number => bytes[code];

/** A byte without a meaning here comes from a newer keeper: some failure, of a kind not known yet. */
export const errorCodeOf = (byte: number): ErrorCode => codes.get(byte) ?? 'internal';
