/** Puts that share an upload id are tries of one upload, which takes effect once (S17). */
import { type Effect, effectOf, type History, type Operation } from './operations.js';
import type { Span, SpanOf } from './real-time.js';

export type PutOperation = Operation & { readonly call: { readonly type: 'put' } };

export interface Upload {
  readonly name: string;
  readonly tries: readonly PutOperation[];
  readonly effect: Effect;
  /** When the effect may have been taken. */
  readonly span: Span;
}

export function uploadsOf(history: History, spanOf: SpanOf): readonly Upload[] {
  const groups = new Map<string, PutOperation[]>();
  for (const operation of history) {
    if (!isPut(operation)) continue;
    const { id, name, call } = operation;
    const key = call.uploadId === undefined ? `${id}` : `${call.uploadId} of ${name}`;
    const tries = groups.get(key);
    if (tries === undefined) groups.set(key, [operation]);
    else tries.push(operation);
  }
  return Array.from(groups.values(), (tries) => toUpload(tries, spanOf));
}

export const isPut = (operation: Operation): operation is PutOperation =>
  operation.call.type === 'put';

function toUpload(tries: readonly PutOperation[], spanOf: SpanOf): Upload {
  const name = tries[0]?.name ?? '';
  const invoked = Math.min(...tries.map((operation) => spanOf(operation).invoked));
  const returnsOf = (effect: Effect): number[] =>
    tries.filter((one) => effectOf(one) === effect).map((one) => spanOf(one).returned);
  const [took, undone] = [returnsOf('took'), returnsOf('undone')];
  if (took.length > 0)
    return { name, tries, effect: 'took', span: { invoked, returned: Math.min(...took) } };
  if (returnsOf('may take').length > 0)
    return { name, tries, effect: 'may take', span: { invoked, returned: Infinity } };
  if (undone.length > 0)
    return { name, tries, effect: 'undone', span: { invoked, returned: Math.max(...undone) } };
  return { name, tries, effect: 'none', span: { invoked, returned: Infinity } };
}
