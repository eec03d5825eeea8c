/** What a table must name: whatever its machine can be in, answers, invokes or waits for. */
import type { AnyStateMachine } from 'xstate';
import {
  eventsOf,
  nodesOf,
  type Place,
  type Trigger,
  timerName,
  transitionsFor,
} from './machine-walk.js';

interface Named {
  readonly events: object;
  readonly actorsAre: 'promises' | 'tasks';
}

export const leavesOf = (machine: AnyStateMachine): string[] =>
  nodesOf(machine.root)
    .filter(({ type }) => type === 'atomic' || type === 'final')
    .map(({ key }) => key);

/** Every event type that some state names, the runtime's own among them. */
export const answeredTypes = (machine: AnyStateMachine): readonly string[] =>
  nodesOf(machine.root).flatMap((node) => [...node.transitions.keys()]);

/** Events, ends of actors and delays without a column. */
export function unnamedOf(
  machine: AnyStateMachine,
  { events, actorsAre }: Named,
  triggers: readonly Trigger[],
): readonly string[] {
  const ends = actorsAre === 'promises' ? (['done', 'error'] as const) : (['error'] as const);
  const sources = nodesOf(machine.root).flatMap(({ invoke }) => invoke.map(({ src }) => `${src}`));
  const types = answeredTypes(machine);
  const delays = types.filter((type) => type.startsWith('xstate.after.')).map(timerName);
  const isEnd = (kind: 'done' | 'error', src: string): boolean =>
    triggers.some((one) => one.kind === kind && (one.src === '*' || one.src === src));
  const isDelay = (delay: string): boolean =>
    triggers.some((one) => one.kind === 'after' && one.delay === delay);
  return [
    ...sources.flatMap((src) =>
      ends.filter((kind) => !isEnd(kind, src)).map((kind) => `${kind} of ${src}`),
    ),
    ...delays.filter((delay) => !isDelay(delay)),
    ...types.filter((type) => !type.startsWith('xstate.') && !(type in events)),
  ];
}

/** Transitions that no cell takes: a guard splits a row or a column that the table does not split. */
export function untakenOf(
  machine: AnyStateMachine,
  places: readonly Place[],
  triggers: readonly Trigger[],
): readonly string[] {
  const taken = new Set<unknown>(
    places
      .filter(({ snapshot }) => snapshot.status === 'active')
      .flatMap((place) =>
        triggers
          .flatMap((trigger) => eventsOf(trigger, place))
          .flatMap((event) => transitionsFor(place, event)),
      ),
  );
  return nodesOf(machine.root)
    .flatMap((node) => [...node.transitions.values()].flat())
    .filter(({ eventType }) => !eventType.startsWith('xstate.done.state.'))
    .filter((transition) => !taken.has(transition))
    .map(({ source, eventType }) => `${eventType} of ${source.id}`);
}
