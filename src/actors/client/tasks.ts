/** Runs what a machine asks for as tasks: promises that tell events, and that are waited for at the end. */
import { type EventObject, fromCallback } from 'xstate';
import { ReelkeepError, toPlainError } from '../../domain/errors.js';
import type { Task } from '../../machines/unprovided-task.js';

/** @returns the event that the task ends with; none when it has told all there is */
export type TaskWork<Input, Event extends EventObject> = (
  input: Input,
  tell: (event: Event) => void,
  signal: AbortSignal,
) => Promise<Event | undefined>;

export class Tasks {
  readonly #running = new Set<Promise<void>>();

  /** Whatever `work` throws becomes the event `refused`; aborted, it tells nothing more. */
  create<Input, Event extends EventObject>(work: TaskWork<Input, Event>): Task<Input> {
    return fromCallback<EventObject, Input>(({ input, sendBack }) => {
      const over = new AbortController();
      const tell = (event: EventObject): void => {
        if (!over.signal.aborted) sendBack(event);
      };
      const run = work(input, tell, over.signal)
        .then(
          (last) => last && tell(last),
          (error: unknown) => tell({ type: 'refused', error: toPlainError(error) } as EventObject),
        )
        .finally(() => this.#running.delete(run));
      this.#running.add(run);
      return () => over.abort(new ReelkeepError('unavailable', 'no longer needed'));
    });
  }

  /** Resolves when nothing that was begun touches files, buffers or sockets any more. */
  async settled(): Promise<void> {
    while (this.#running.size > 0) await Promise.all(this.#running);
  }
}
