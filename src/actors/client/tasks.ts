/** Runs what a machine asks for as tasks: promises that tell events, and that are waited for at the end. */
import { type EventObject, fromCallback } from 'xstate';
import { ReelkeepError, toPlainError } from '../../domain/errors.js';
import type { Task } from '../../machines/unprovided-task.js';
import type { Lives } from '../runtime/lives.js';

/** @returns the event that the task ends with; none when it has told all there is */
export type TaskWork<Input, Event extends EventObject> = (
  input: Input,
  tell: (event: Event) => void,
  signal: AbortSignal,
) => Promise<Event | undefined>;

export class Tasks {
  readonly #running = new Set<Promise<void>>();

  /**
   * Whatever `work` throws becomes the event `refused`; stopped, it tells nothing more.
   * @returns what stops it
   */
  run<Input, Event extends EventObject>(
    work: TaskWork<Input, Event>,
    input: Input,
    sendBack: (event: EventObject) => void,
  ): () => void {
    const over = new AbortController();
    const tell = (event: EventObject): void => {
      if (!over.signal.aborted) sendBack(event);
    };
    const running = work(input, tell, over.signal)
      .then(
        (last) => last && tell(last),
        (error: unknown) => tell({ type: 'refused', error: toPlainError(error) } as EventObject),
      )
      .finally(() => this.#running.delete(running));
    this.#running.add(running);
    return () => over.abort(new ReelkeepError('unavailable', 'no longer needed'));
  }

  /** Resolves when nothing that was begun touches files, buffers or sockets any more. */
  async settled(): Promise<void> {
    while (this.#running.size > 0) await Promise.all(this.#running);
  }
}

/** What a transfer's machine has done for it in one of its lives. */
export interface TransferLife<World> {
  readonly tasks: Tasks;
  readonly world: World;
}

/** @param workOf what the task is in the world of one life */
export const taskIn =
  <World>(lives: Lives<TransferLife<World>>) =>
  <Input, Event extends EventObject>(
    workOf: (world: World) => TaskWork<Input, Event>,
  ): Task<Input> =>
    fromCallback<EventObject, Input>(({ input, sendBack, system }) => {
      const { tasks, world } = lives.of(system);
      return tasks.run(workOf(world), input, sendBack);
    });
