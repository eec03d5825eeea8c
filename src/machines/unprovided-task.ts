import { type CallbackActorLogic, type EventObject, fromCallback } from 'xstate';

/** Work that the shell does for a machine, telling how it goes as events of that machine. */
export type Task<Input> = CallbackActorLogic<EventObject, Input>;

/** Stands for a task that the shell must provide; invoking it by mistake fails loudly. */
export function unprovidedTask<Input>(name: string): Task<Input> {
  return fromCallback<EventObject, Input>(() => {
    throw new Error(`task not provided: ${name}`);
  });
}
