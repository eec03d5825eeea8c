/**
 * What a history demands of the order sought, step by step: what must have happened, what may have,
 * and what a refusal says of the name. Whatever says nothing is left out.
 */
import { effectOf, type History, namesOf, type Operation, type Outcome } from './operations.js';
import { precedes, type Span, type SpanOf } from './real-time.js';
import { done } from './reference-model.js';
import { isPut, type PutOperation, type Upload, uploadsOf } from './uploads.js';

export interface Step {
  readonly operation: Operation;
  /** What the store must answer; nothing when any answer will do. */
  readonly expected: Outcome | undefined;
  readonly names: readonly string[];
  readonly mutates: boolean;
  /** `fleeting` may happen, and then its file must be gone at the end of the span. */
  readonly necessity: 'must' | 'may' | 'fleeting';
  readonly span: Span;
  /** Cannot come after this one. */
  readonly unless: Step | undefined;
}

/** @param reservationLingersMs how long a put that failed may still hold its name */
export function stepsOf(
  history: History,
  spanOf: SpanOf,
  reservationLingersMs: number,
): readonly Step[] {
  const uploads = uploadsOf(history, spanOf);
  const isExcused = excuse(history, spanOf, reservationLingersMs);
  const others = history.filter((operation) => !isPut(operation));
  return [
    ...uploads.flatMap((upload) => stepsOfUpload(upload, spanOf, isExcused)),
    ...others.flatMap((operation) => stepsOfOther(operation, spanOf(operation), isExcused)),
  ];
}

type IsExcused = (operation: Operation, name: string) => boolean;

const necessities = { took: 'must', 'may take': 'may', undone: 'fleeting' } as const;

function stepsOfUpload(upload: Upload, spanOf: SpanOf, isExcused: IsExcused): readonly Step[] {
  const { effect, tries, span } = upload;
  const writer = tries.find((one) => effectOf(one) === effect);
  const write: Step | undefined =
    writer === undefined || effect === 'none'
      ? undefined
      : { ...demand(writer, done, span), mutates: true, necessity: necessities[effect] };
  const denials = tries.flatMap((one) =>
    denial(one, spanOf(one), effect === 'took' ? write : undefined, isExcused),
  );
  return write ? [write, ...denials] : denials;
}

/** A try that was refused, of an upload that another try may have brought to its end. */
function denial(
  operation: PutOperation,
  span: Span,
  write: Step | undefined,
  isExcused: IsExcused,
): readonly Step[] {
  const { outcome, name } = operation;
  if (outcome.type !== 'refused') return [];
  const { code } = outcome;
  if (code !== 'conflict' && code !== 'not-found') return [];
  const expected = code === 'conflict' && !isExcused(operation, name) ? outcome : undefined;
  if (expected === undefined && write === undefined) return [];
  return [{ ...demand(operation, expected, span), unless: write }];
}

function stepsOfOther(operation: Operation, span: Span, isExcused: IsExcused): readonly Step[] {
  const { call, outcome, name } = operation;
  if (call.type === 'list') return [];
  const effect = effectOf(operation);
  if (effect === 'took') return [{ ...demand(operation, done, span), mutates: true }];
  if (effect === 'may take') {
    const open = { invoked: span.invoked, returned: Number.POSITIVE_INFINITY };
    return [{ ...demand(operation, done, open), mutates: true, necessity: 'may' }];
  }
  if (outcome.type === 'saw') return [demand(operation, outcome, span)];
  if (outcome.type !== 'refused') return [];
  if (outcome.code === 'not-found') {
    const absence = { ...demand(operation, outcome, span), names: [name] };
    return [absence];
  }
  // A download's `conflict` is about the local file.
  if (outcome.code !== 'conflict' || call.type !== 'rename') return [];
  return isExcused(operation, call.to) ? [] : [demand(operation, outcome, span)];
}

const demand = (operation: Operation, expected: Outcome | undefined, span: Span): Step => ({
  operation,
  expected,
  names: namesOf(operation),
  mutates: false,
  necessity: 'must',
  span,
  unless: undefined,
});

/** Whether another put may have held the name while the operation was under way. */
function excuse(history: History, spanOf: SpanOf, lingersMs: number): IsExcused {
  const puts = history.filter(isPut);
  const mayHold = (put: PutOperation, asked: Operation): boolean => {
    if (precedes(spanOf(asked), spanOf(put))) return false;
    if (!precedes(spanOf(put), spanOf(asked))) return true;
    if (mayOutlive(put)) return effectOf(put) === 'may take' || sinceReturn(put, asked) < lingersMs;
    return false;
  };
  return (operation, name) => {
    const own = isPut(operation) ? operation.call.uploadId : undefined;
    const isOwn = (put: PutOperation): boolean =>
      put === operation || (own !== undefined && put.call.uploadId === own);
    return puts.some((put) => put.name === name && !isOwn(put) && mayHold(put, operation));
  };
}

/** Whether the reservation may be there after the client was told: the master may not have heard. */
const mayOutlive = ({ outcome }: PutOperation): boolean =>
  outcome.type === 'unknown' ||
  (outcome.type === 'refused' && outcome.code !== 'conflict' && outcome.code !== 'usage');

const sinceReturn = (put: Operation, asked: Operation): number =>
  asked.invokedAt - (put.returnedAt ?? asked.invokedAt);
