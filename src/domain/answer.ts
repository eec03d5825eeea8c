/** What pure code says to a request: a value, or a refusal that an edge turns into a `ReelkeepError`. */
import type { ErrorCode, PlainError } from './errors.js';

export type Answer<Value> =
  | { readonly ok: true; readonly value: Value }
  | { readonly ok: false; readonly error: PlainError };

export type Refusal = Extract<Answer<never>, { ok: false }>;

export const accept = <Value>(value: Value): Answer<Value> => ({ ok: true, value });

/** @param detail one sentence for people: what was wrong and what to do. */
export const refuse = (code: ErrorCode, detail: string): Refusal => ({
  ok: false,
  error: { code, detail },
});
