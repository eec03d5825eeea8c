/**
 * The thread's side of a thread actor: one message at a time, one answer for each.
 *
 * The answer is the array of its effects, in order, and empty when there are none: it also
 * acknowledges the message, which is how the other side keeps the mailbox bounded.
 */
import type { MessagePort } from 'node:worker_threads';
import { millis } from '../../domain/ids.js';
import type { Behavior } from './behavior.js';

/** A behavior that throws ends its thread; the supervisor on the other side decides what comes next. */
export function serve<State, Message, Effect>(
  behavior: Behavior<State, Message, Effect>,
  port: MessagePort,
): void {
  let state = behavior.initial;
  port.on('message', (message: Message) => {
    const step = behavior.receive(state, message, millis(performance.now()));
    state = step.state;
    port.postMessage(step.effects);
  });
}
