/**
 * Judges what `list` told (S20): every file that was there throughout exactly once, and nothing
 * that was not there.
 *
 * The rules are those that a person would check, name by name, and leave in doubt what happened
 * meanwhile. `readsOfLists` is sharper: each page is one look at the table, so that a list is a
 * `stat` of each name at some instant of its own, which `checkLinearizable` can judge.
 */
import { effectOf, type History, type Listed, namesOf, type Operation } from './operations.js';
import { precedes, type Span, type SpanOf, spansOf } from './real-time.js';
import { drawTimeline } from './timeline.js';
import { uploadsOf } from './uploads.js';

export type ListingVerdict =
  | { readonly ok: true }
  | { readonly ok: false; readonly name: string; readonly explanation: string };

export function checkListings(history: History): ListingVerdict {
  const spanOf = spansOf(history);
  const changes = changesOf(history, spanOf);
  for (const list of listsOf(history)) {
    const fault = faultOf(list, spanOf(list.operation), changes);
    if (fault === undefined) continue;
    const { name, reason } = fault;
    const concerned = history.filter((one) => namesOf(one).includes(name));
    const timeline = drawTimeline([...concerned, list.operation], spanOf, list.operation);
    const explanation = `List #${list.operation.id} is wrong about "${name}": ${reason}.\n${timeline}`;
    return { ok: false, name, explanation };
  }
  return { ok: true };
}

/** To be judged together with the rest of the history. */
export function readsOfLists(history: History): History {
  const names = [...new Set(history.flatMap(namesOf))];
  return listsOf(history).flatMap(({ operation, prefix, files }) => {
    const read = (name: string, outcome: Operation['outcome']): Operation => ({
      ...operation,
      name,
      call: { type: 'stat' },
      outcome,
    });
    const listed = new Set(files.map(({ name }) => name));
    const missing = names.filter((name) => name.startsWith(prefix) && !listed.has(name));
    return [
      ...files.map(({ name, content }) => read(name, { type: 'saw', content })),
      ...missing.map((name) => read(name, { type: 'refused', code: 'not-found' })),
    ];
  });
}

interface List {
  readonly operation: Operation;
  readonly prefix: string;
  readonly files: readonly Listed[];
}

const listsOf = (history: History): readonly List[] =>
  history.flatMap((operation) => {
    const { call, outcome } = operation;
    if (call.type !== 'list' || outcome.type !== 'listed') return [];
    return [{ operation, prefix: call.prefix, files: outcome.files }];
  });

/** What may have brought a file to a name or taken one away. */
interface Change {
  readonly name: string;
  readonly does: 'bring' | 'take';
  /** Whether it did, and not only may have. */
  readonly certain: boolean;
  /** Absent when a rename brought it. */
  readonly content?: string;
  readonly span: Span;
}

function changesOf(history: History, spanOf: SpanOf): readonly Change[] {
  const brought = uploadsOf(history, spanOf).flatMap(({ name, tries, effect, span }): Change[] => {
    const content = tries[0]?.call.content;
    if (effect === 'none' || content === undefined) return [];
    return [{ name, does: 'bring', certain: effect === 'took', content, span }];
  });
  const moved = history.flatMap((operation): Change[] => {
    const { name, call } = operation;
    const effect = effectOf(operation);
    if (effect === 'none' || (call.type !== 'remove' && call.type !== 'rename')) return [];
    const certain = effect === 'took';
    const { invoked, returned } = spanOf(operation);
    const span = { invoked, returned: certain ? returned : Number.POSITIVE_INFINITY };
    const taken: Change = { name, does: 'take', certain, span };
    if (call.type === 'remove') return [taken];
    return call.to === name ? [] : [taken, { name: call.to, does: 'bring', certain, span }];
  });
  return [...brought, ...moved];
}

interface Fault {
  readonly name: string;
  readonly reason: string;
}

function faultOf(
  { prefix, files }: List,
  span: Span,
  changes: readonly Change[],
): Fault | undefined {
  const listed = new Set<string>();
  for (const { name, content } of files) {
    if (listed.has(name)) return { name, reason: 'it appears twice' };
    listed.add(name);
    if (!name.startsWith(prefix)) return { name, reason: `it does not begin with "${prefix}"` };
    const reason = whyNot({ name, content }, span, changes);
    if (reason !== undefined) return { name, reason };
  }
  const lost = changes.find(
    (change) =>
      change.name.startsWith(prefix) && !listed.has(change.name) && stays(change, span, changes),
  );
  return lost && { name: lost.name, reason: 'it was there before and throughout, and is missing' };
}

/** Why a file could not be listed; nothing when it may have been there. */
function whyNot(
  { name, content }: Listed,
  list: Span,
  changes: readonly Change[],
): string | undefined {
  const ofName = changes.filter((change) => change.name === name);
  const brought = ofName.filter(
    (change) =>
      change.does === 'bring' &&
      (change.content ?? content) === content &&
      !precedes(list, change.span),
  );
  if (brought.length === 0) return `nobody had brought ${content} there before the list ended`;
  const isOver = (bringer: Change): boolean =>
    (bringer.content !== undefined && isFleeting(bringer) && precedes(bringer.span, list)) ||
    ofName.some(
      (next) =>
        next !== bringer &&
        next.certain &&
        precedes(bringer.span, next.span) &&
        precedes(next.span, list),
    );
  return brought.every(isOver) ? `${content} was gone before the list began` : undefined;
}

/** Refused in the end: by then its file was gone. */
const isFleeting = ({ certain, span }: Change): boolean =>
  !certain && span.returned !== Number.POSITIVE_INFINITY;

/** Whether the name held a file from before the list until after it. */
const stays = (bringer: Change, list: Span, changes: readonly Change[]): boolean =>
  bringer.does === 'bring' &&
  bringer.certain &&
  precedes(bringer.span, list) &&
  changes.every(
    ({ name, does, span }) =>
      name !== bringer.name ||
      does === 'bring' ||
      precedes(span, bringer.span) ||
      precedes(list, span),
  );
