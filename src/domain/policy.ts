/**
 * What clients may do with which names: what is not granted is refused.
 *
 * A grant names clients, prefixes of names, and rights; `*` is every client. An admin may do
 * everything. Whoever may read a file may also see its facts.
 */
import type { Principal } from './principal.js';

export const rights = ['read', 'list', 'write', 'delete'] as const;
export type Right = (typeof rights)[number];

interface Grant {
  readonly clients: readonly string[];
  /** In NFC; the empty one is every name's. */
  readonly prefixes: readonly string[];
  readonly may: readonly Right[];
}

export interface Policy {
  readonly grants: readonly Grant[];
}

/** Nobody but an admin may do anything. */
export const nothingGranted: Policy = { grants: [] };

const everyClient = '*';

export function isGranted(policy: Policy, who: Principal, right: Right, name: string): boolean {
  return prefixesOf(policy, who, right).some((prefix) => name.startsWith(prefix));
}

/**
 * The parts of what begins with `prefix` in which someone has a right, as prefixes in the order of
 * their names, none within another.
 */
export function grantedWithin(
  policy: Policy,
  who: Principal,
  right: Right,
  prefix: string,
): readonly string[] {
  const within = prefixesOf(policy, who, right).flatMap((granted) => {
    if (prefix.startsWith(granted)) return [prefix];
    return granted.startsWith(prefix) ? [granted] : [];
  });
  const apart: string[] = [];
  // What lies within a part comes right behind it.
  for (const one of within.sort(byBytes)) {
    const last = apart.at(-1);
    if (last === undefined || !one.startsWith(last)) apart.push(one);
  }
  return apart;
}

function prefixesOf({ grants }: Policy, who: Principal, right: Right): readonly string[] {
  if (who.role === 'admin') return [''];
  if (who.role !== 'client') return [];
  return grants
    .filter(({ clients, may }) => may.includes(right) && isNamed(clients, who.name))
    .flatMap(({ prefixes }) => prefixes);
}

const isNamed = (clients: readonly string[], name: string): boolean =>
  clients.includes(everyClient) || clients.includes(name);

/** As the table orders names. */
function byBytes(a: string, b: string): number {
  const [left, right] = [encoder.encode(a), encoder.encode(b)];
  for (let at = 0; at < Math.min(left.length, right.length); at += 1) {
    const difference = (left[at] ?? 0) - (right[at] ?? 0);
    if (difference !== 0) return difference;
  }
  return left.length - right.length;
}

const encoder = new TextEncoder();
