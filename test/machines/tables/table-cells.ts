/** What a machine does at one place, in the words in which a table says it. */
import type { AnyStateMachine, EventObject } from 'xstate';
import {
  answersTo,
  eventsOf,
  follow,
  leafOf,
  type Place,
  sourceOf,
  type Trigger,
  timerName,
} from './machine-walk.js';
import { answeredTypes } from './table-completeness.js';

export const runsIn = ({ snapshot, running, timers }: Place): string =>
  [
    ...running.map((id) => sourceOf(snapshot.machine as AnyStateMachine, id)),
    ...timers.map(({ id }) => timerName(id)),
  ].join(', ');

/** Answers of actors that do not run here, and delays that are not counted. */
export function staleTypesOf({ snapshot, running, timers }: Place): readonly string[] {
  const pending = new Set([
    ...running.flatMap((id) => [`xstate.done.actor.${id}`, `xstate.error.actor.${id}`]),
    ...timers.map(({ event }) => event.type),
  ]);
  return answeredTypes(snapshot.machine as AnyStateMachine).filter(
    (type) => /^xstate\.(?:done\.actor|error\.actor|after)\./.test(type) && !pending.has(type),
  );
}

/** What comes of a trigger here, in the words of a table. */
export const cellOf = (place: Place, trigger: Trigger): string =>
  [...new Set(eventsOf(trigger, place).map((event) => outcomeOf(place, event)))].join(' / ');

function outcomeOf(place: Place, event: EventObject): string {
  const next = follow(place, event);
  if (next.snapshot.status === 'error') return 'breaks';
  const answer = answersTo(place, event);
  const told = next.effects.filter((effect) => effect.startsWith('tell '));
  if (leafOf(next) !== leafOf(place)) return [leafOf(next), ...told].join(' + ');
  const happened = [...changesOf(place, next), ...next.effects].join(', ');
  if (happened !== '') return `stays: ${happened}`;
  return { none: '-', declined: 'declined', some: 'stays' }[answer];
}

function changesOf(before: Place, after: Place): readonly string[] {
  const old: Readonly<Record<string, unknown>> = before.snapshot.context;
  return Object.entries(after.snapshot.context as object)
    .filter(([key, value]) => inWords(value) !== inWords(old[key]))
    .map(([key, value]) => `${key} ${inWords(value)}`);
}

function inWords(value: unknown): string {
  if (value instanceof Error) return value.message;
  return typeof value === 'string' ? value : (JSON.stringify(value) ?? 'none');
}
