/**
 * When operations began and ended, on one line of numbers.
 *
 * The line is the order of events where every operation carries it, else milliseconds; then what
 * touches at one instant overlaps, which accuses nobody wrongly and may miss something.
 */
import type { History, Operation } from './operations.js';

export interface Span {
  readonly invoked: number;
  /** Infinite when it never returned. */
  readonly returned: number;
}

export type SpanOf = (operation: Operation) => Span;

export function spansOf(history: History): SpanOf {
  const isOrdered = history.every((operation) => operation.order !== undefined);
  return ({ order, invokedAt, returnedAt }) => {
    const { invoked, returned } =
      isOrdered && order ? order : { invoked: invokedAt, returned: returnedAt };
    return { invoked, returned: returned ?? Number.POSITIVE_INFINITY };
  };
}

export const precedes = (first: Span, second: Span): boolean => first.returned < second.invoked;
