/**
 * Drives a machine by its pure transition function and keeps the books of what the runtime would.
 *
 * No actor is started and no timer runs: what a step asks for comes back as data, from which is
 * known which actors run and which timers are set, and so what can happen next.
 */
import assert from 'node:assert/strict';
import {
  type AnyMachineSnapshot,
  type AnyStateMachine,
  type AnyStateNode,
  type EventObject,
  type StateValue,
  transition,
} from 'xstate';

export type Step = readonly [snapshot: unknown, actions: readonly Action[]];

interface Action {
  readonly type: string;
  // XState types these per action; the readers below are the only ones.
  readonly params?: unknown;
}

/** An event on its way, to be sent when its delay is over. */
interface Timer {
  readonly id: string;
  readonly event: EventObject;
}

/** Where a machine is, and what it is waiting for. */
export interface Place {
  readonly snapshot: AnyMachineSnapshot;
  /** Ids of invoked actors. */
  readonly running: readonly string[];
  readonly timers: readonly Timer[];
  /** What the step that led here asked for, in words. */
  readonly effects: readonly string[];
}

/** Something that may happen to a machine; `src` `*` stands for whichever actor runs. */
export type Trigger =
  | { readonly kind: 'event'; readonly event: EventObject }
  | { readonly kind: 'done'; readonly src: string; readonly output: unknown }
  | { readonly kind: 'error'; readonly src: string; readonly error: unknown }
  | { readonly kind: 'after'; readonly delay: string };

export function arriveAt([snapshot, actions]: Step, from?: Place): Place {
  const running = new Set(from?.running);
  const timers = new Map(from?.timers.map((timer) => [timer.id, timer]));
  const effects: string[] = [];
  const machine = (snapshot as AnyMachineSnapshot).machine as AnyStateMachine;
  for (const { type, params } of actions) {
    const { id = '', sendId = '', delay } = params as Record<string, string | undefined>;
    switch (type) {
      case 'xstate.spawnChild':
        running.add(id);
        effects.push(`start ${sourceOf(machine, id)}`);
        break;
      case 'xstate.stopChild':
        if (running.delete(id)) effects.push(`stop ${sourceOf(machine, id)}`);
        break;
      case 'xstate.raise':
        timers.set(id, { id, event: (params as Timer).event });
        effects.push(`set ${timerName(id)} ${Math.round(Number(delay))} ms`);
        break;
      case 'xstate.cancel':
        if (timers.delete(sendId)) effects.push(`cancel ${timerName(sendId)}`);
        break;
      case 'xstate.emit':
        effects.push(`tell ${(params as { event: EventObject }).event.type}`);
        break;
      default:
        assert.fail(`an action that no table can show: ${type}`);
    }
  }
  return {
    snapshot: snapshot as AnyMachineSnapshot,
    running: [...running],
    timers: [...timers.values()],
    effects,
  };
}

/** The events by which a trigger shows itself here: none when it cannot come. */
export function eventsOf(trigger: Trigger, place: Place): readonly EventObject[] {
  const machine = place.snapshot.machine as AnyStateMachine;
  const asked = (src: string) =>
    place.running.filter((id) => src === '*' || sourceOf(machine, id) === src);
  switch (trigger.kind) {
    case 'event':
      return [trigger.event];
    case 'done':
      return asked(trigger.src).map((actorId) =>
        eventLike({ type: `xstate.done.actor.${actorId}`, output: trigger.output, actorId }),
      );
    case 'error':
      return asked(trigger.src).map((actorId) =>
        eventLike({ type: `xstate.error.actor.${actorId}`, error: trigger.error, actorId }),
      );
    case 'after':
      return place.timers
        .filter(({ id }) => timerName(id) === trigger.delay)
        .map(({ event }) => event);
  }
}

export function follow(place: Place, event: EventObject): Place {
  const { snapshot } = place;
  const over = /^xstate\.(?:done|error)\.actor\.(.*)$/.exec(event.type)?.[1];
  const before: Place = {
    ...place,
    running: place.running.filter((id) => id !== over),
    timers: place.timers.filter((timer) => timer.event.type !== event.type),
  };
  return arriveAt(transition(snapshot.machine as AnyStateMachine, snapshot, event), before);
}

/** The transitions that an event takes here first; guards are asked. */
export const transitionsFor = ({ snapshot }: Place, event: EventObject) =>
  (snapshot.machine as AnyStateMachine).getTransitionData(snapshot, event);

/** Whether any state answers, if only by declining. */
export function answersTo(place: Place, event: EventObject) {
  const found = transitionsFor(place, event);
  if (found.length === 0) return 'none';
  return found.some(({ target, actions }) => target !== undefined || actions.length > 0)
    ? 'some'
    : 'declined';
}

/** The name of the innermost state. */
export function leafOf({ snapshot }: Place): string {
  let value: StateValue = snapshot.value;
  while (typeof value !== 'string') value = Object.values(value)[0] ?? '';
  return value;
}

/** Every state node of a machine, the root included. */
export const nodesOf = (node: AnyStateNode): readonly AnyStateNode[] => [
  node,
  ...Object.values(node.states).flatMap((child) => nodesOf(child as AnyStateNode)),
];

export const sourceOf = (machine: AnyStateMachine, id: string): string =>
  String(
    nodesOf(machine.root)
      .flatMap((node) => node.invoke)
      .find((invoke) => invoke.id === id)?.src,
  );

/** `patience`, or of a delayed transition the name of its delay. */
export const timerName = (id: string): string => /^xstate\.after\.([^.]+)\./.exec(id)?.[1] ?? id;

const eventLike = (event: EventObject & Readonly<Record<string, unknown>>): EventObject => event;
