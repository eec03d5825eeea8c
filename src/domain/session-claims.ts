/**
 * What a link lets whoever has it do, and until when: rights on the names that begin with a prefix,
 * of what the gateway itself may do. What is not granted is refused.
 */
import type { Right } from './policy.js';

export interface SessionClaims {
  /** 16 hex digits, of one link. */
  readonly id: string;
  /** Whom it was made for, as logs name them. */
  readonly label: string;
  readonly may: readonly Right[];
  /** In NFC; the empty one is every name's. */
  readonly prefix: string;
  /** Milliseconds since 1970. */
  readonly notAfter: number;
}

export const isSessionLabel = (text: string): boolean => /^[A-Za-z0-9][\w.@ -]{0,63}$/.test(text);

/** @returns why not; undefined when it may */
export function refusalOf(claims: SessionClaims, right: Right, name: string): string | undefined {
  const { label, may, prefix } = claims;
  if (!may.includes(right)) return `the link of ${label} does not allow to ${right}`;
  if (!name.startsWith(prefix))
    return `the link of ${label} is for names that begin with ${JSON.stringify(prefix)}`;
  return undefined;
}

/** The part of what begins with `prefix` in which there is a right; undefined when there is none. */
export function partWithin(
  { may, prefix: granted }: SessionClaims,
  right: Right,
  prefix: string,
): string | undefined {
  if (!may.includes(right)) return undefined;
  if (prefix.startsWith(granted)) return prefix;
  return granted.startsWith(prefix) ? granted : undefined;
}
