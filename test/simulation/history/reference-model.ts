/**
 * The store as it should be seen from outside, a hundredth of its size: one copy, one client, no faults.
 *
 * `answer` says what it would do and tell; `apply` says whether that is what a client was told.
 * A file remembers the operation that wrote it, so that equal contents stay two files.
 */
import type { Operation, Outcome } from './operations.js';

interface HeldFile {
  readonly content: string;
  readonly writer: number;
}

/** By name. */
export type Store = ReadonlyMap<string, HeldFile>;

export const emptyStore: Store = new Map();

export interface Answered {
  readonly store: Store;
  readonly outcome: Outcome;
}

export function answer(store: Store, { id, name, call }: Operation): Answered {
  const held = store.get(name);
  switch (call.type) {
    case 'put':
      if (held && !call.replace) return { store, outcome: conflict };
      return { store: withFile(store, name, { content: call.content, writer: id }), outcome: done };
    case 'get':
    case 'stat':
      return { store, outcome: held ? { type: 'saw', content: held.content } : notFound };
    case 'remove':
      return held ? { store: without(store, name), outcome: done } : { store, outcome: notFound };
    case 'rename':
      return rename(store, name, call.to);
    case 'list':
      return { store, outcome: { type: 'listed', files: listOf(store, call.prefix) } };
  }
}

function rename(store: Store, name: string, to: string): Answered {
  const held = store.get(name);
  if (!held) return { store, outcome: notFound };
  if (to === name) return { store, outcome: done };
  if (store.has(to)) return { store, outcome: conflict };
  return { store: withFile(without(store, name), to, held), outcome: done };
}

export type Applied = { readonly ok: true; readonly store: Store } | { readonly ok: false };

/** @param expected what the client was told; an effect of unknown outcome is expected to be `done` */
export function apply(store: Store, operation: Operation, expected: Outcome): Applied {
  const answered = answer(store, operation);
  return isSame(answered.outcome, expected) ? { ok: true, store: answered.store } : { ok: false };
}

export const done: Outcome = { type: 'done' };
const notFound: Outcome = { type: 'refused', code: 'not-found' };
const conflict: Outcome = { type: 'refused', code: 'conflict' };

function isSame(one: Outcome, other: Outcome): boolean {
  if (one.type === 'refused' && other.type === 'refused') return one.code === other.code;
  if (one.type === 'saw' && other.type === 'saw') return one.content === other.content;
  if (one.type === 'listed' && other.type === 'listed')
    return JSON.stringify(one.files) === JSON.stringify(other.files);
  return one.type === other.type;
}

const listOf = (store: Store, prefix: string) =>
  Array.from(store, ([name, { content }]) => ({ name, content }))
    .filter(({ name }) => name.startsWith(prefix))
    .sort((a, b) => Buffer.compare(Buffer.from(a.name), Buffer.from(b.name)));

const withFile = (store: Store, name: string, file: HeldFile): Store =>
  new Map(store).set(name, file);

function without(store: Store, name: string): Store {
  const rest = new Map(store);
  rest.delete(name);
  return rest;
}
