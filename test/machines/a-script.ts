import { type EventObject, fromCallback } from 'xstate';
import type { Task } from '../../src/machines/unprovided-task.js';

/** Tasks that do nothing but say in a log when they begin and, if asked to, when they are over. */
export function createScript() {
  const log: string[] = [];
  const task = <Input>(begin: (input: Input) => string, over?: string): Task<Input> =>
    fromCallback<EventObject, Input>(({ input }) => {
      log.push(begin(input));
      return () => {
        if (over !== undefined) log.push(over);
      };
    });
  return { log, task };
}
