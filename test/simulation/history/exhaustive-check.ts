/** Linearizability by its definition: every choice of effects, in every order. For a few operations only. */
import { effectOf, type History, type Operation, type Outcome } from './operations.js';
import { precedes, type Span, spansOf } from './real-time.js';
import { apply, emptyStore, type Store } from './reference-model.js';

interface Item {
  readonly operation: Operation;
  /** Absent for what only looks whether the file of the operation is gone. */
  readonly expected: Outcome | undefined;
  readonly span: Span;
  readonly after: readonly Item[];
}

/** @returns every store there may be in the end; none when no order explains the history. No upload ids, no `conflict`. */
export function storesByDefinition(history: History): readonly Store[] {
  const spanOf = spansOf(history);
  let choices: readonly (readonly Item[])[] = [[]];
  for (const operation of history) {
    const ways = waysOf(operation, spanOf(operation));
    choices = choices.flatMap((chosen) => ways.map((way) => [...chosen, ...way]));
  }
  return choices.flatMap((items) => orders(items, emptyStore));
}

function waysOf(operation: Operation, span: Span): readonly (readonly Item[])[] {
  const { outcome } = operation;
  const act: Item = { operation, expected: { type: 'done' }, span, after: [] };
  switch (effectOf(operation)) {
    case 'took':
      return [[act]];
    case 'may take':
      return [[], [{ ...act, span: { ...span, returned: Number.POSITIVE_INFINITY } }]];
    case 'undone':
      return [[], [act, { ...act, expected: undefined, after: [act] }]];
    case 'none': {
      const says =
        outcome.type === 'saw' || (outcome.type === 'refused' && outcome.code === 'not-found');
      return says ? [[{ ...act, expected: outcome }]] : [[]];
    }
  }
}

function orders(items: readonly Item[], store: Store): readonly Store[] {
  if (items.length === 0) return [store];
  return items.flatMap((first) => {
    const rest = items.filter((item) => item !== first);
    if (rest.some((item) => precedes(item.span, first.span) || first.after.includes(item)))
      return [];
    const next = happen(first, store);
    return next === undefined ? [] : orders(rest, next);
  });
}

function happen({ operation, expected }: Item, store: Store): Store | undefined {
  if (expected === undefined)
    return [...store.values()].some(({ writer }) => writer === operation.id) ? undefined : store;
  const applied = apply(store, operation, expected);
  return applied.ok ? applied.store : undefined;
}
