/**
 * What clients did and what they were told: the history that the checkers of this room judge.
 *
 * What an outcome says of the effect, which is the whole of S19 as a table (`effectOf`):
 * - told of success: it took effect once, between invocation and return;
 * - a client that died, or was told `unknown-outcome`: at any time after the invocation, or never.
 *   `internal` and `partial` promise nothing either; a run should count `internal` as a defect;
 * - any other refusal is definite. A remove or rename took no effect. A put refused for its name or
 *   its input took none; one refused later may have been committed and lost its file to others
 *   before it had its acks (the master then says `not-found`, a lost watch says `unavailable`), so
 *   its file may be seen until the return, but by then others must have removed or replaced it.
 *
 * What a refusal says of the name: `not-found` that it was absent at some instant between invocation
 * and return; `conflict` that it was taken, or reserved by another put; all else says nothing.
 */
import type { ErrorCode } from '../../../src/domain/errors.js';

export interface Operation {
  readonly client: string;
  /** Distinct within a history. */
  readonly id: number;
  /** Of the file; empty for `list`. */
  readonly name: string;
  readonly invokedAt: number;
  /** Absent when the client died first. */
  readonly returnedAt: number | undefined;
  /** The place of both events in the order of all; tells apart what happens within one instant. */
  readonly order?: { readonly invoked: number; readonly returned: number | undefined };
  readonly call: Call;
  readonly outcome: Outcome;
}

export type Call =
  /** `content` stands for the bytes; tries with the same `uploadId` are one upload. */
  | {
      readonly type: 'put';
      readonly content: string;
      readonly uploadId?: string;
      readonly replace: boolean;
    }
  | { readonly type: 'get' }
  | { readonly type: 'stat' }
  | { readonly type: 'remove' }
  | { readonly type: 'list'; readonly prefix: string }
  | { readonly type: 'rename'; readonly to: string };

export type Outcome =
  /** Of `put`, `remove`, `rename`. */
  | { readonly type: 'done' }
  /** Of `get` and `stat`. */
  | { readonly type: 'saw'; readonly content: string }
  | { readonly type: 'listed'; readonly files: readonly Listed[] }
  | { readonly type: 'refused'; readonly code: ErrorCode }
  /** The client died, or stopped waiting. */
  | { readonly type: 'unknown' };

export interface Listed {
  readonly name: string;
  readonly content: string;
}

export type History = readonly Operation[];

export type Effect =
  /** Once, between invocation and return. */
  | 'took'
  /** At any time after the invocation, or never. */
  | 'may take'
  /** None, or one that others had undone by the return. */
  | 'undone'
  | 'none';

export function effectOf({ call, outcome }: Operation): Effect {
  if (call.type === 'get' || call.type === 'stat' || call.type === 'list') return 'none';
  if (outcome.type === 'unknown') return 'may take';
  if (outcome.type !== 'refused') return 'took';
  if (promisesNothing.has(outcome.code)) return 'may take';
  return call.type === 'put' && !refusesBeforeAnyCommit.has(outcome.code) ? 'undone' : 'none';
}

const promisesNothing: ReadonlySet<ErrorCode> = new Set(['unknown-outcome', 'internal', 'partial']);

const refusesBeforeAnyCommit: ReadonlySet<ErrorCode> = new Set([
  'conflict',
  'usage',
  'refused-input',
]);

/** Which names it reads or writes; none for `list`, whose names are judged one by one. */
export function namesOf({ name, call }: Operation): readonly string[] {
  if (call.type === 'list') return [];
  return call.type === 'rename' && call.to !== name ? [name, call.to] : [name];
}
