/** Several files in one command: some at a time, and one exit code for all. */
import { exitCodeOf } from '../../domain/errors.js';
import { type Failure, failureOf } from '../fail.js';
import { isGone } from './output.js';
import type { Session } from './session.js';

/**
 * Runs `work` for each item, at most `parallel` at a time, and goes on when one fails.
 * @returns the exit code: of the failure when all failed alike, else that of a partial success
 * @throws the reason when the command is interrupted: no new one is begun
 */
export async function forEachFile<Item>(
  session: Session,
  items: readonly Item[],
  parallel: number,
  work: (item: Item) => Promise<void>,
  nameOf: (item: Item) => string,
): Promise<number> {
  const failures: Failure[] = [];
  const waiting = items.values();
  const { interrupted } = session.world;
  const worker = async (): Promise<void> => {
    for (const item of waiting) {
      // What was not begun was not done: that must not end as success.
      interrupted.throwIfAborted();
      const failure = await failureFrom(work(item), interrupted);
      if (failure === undefined) continue;
      failures.push(failure);
      session.complain(items.length > 1 ? named(failure, nameOf(item)) : failure);
    }
  };
  const count = Math.min(parallel, items.length);
  const ended = await Promise.allSettled(Array.from({ length: count }, worker));
  for (const end of ended) if (end.status === 'rejected') throw end.reason;
  return sumUp(session, failures, items.length);
}

/** A failure of one file is a value; what ends the whole command is thrown. */
async function failureFrom(
  work: Promise<void>,
  interrupted: AbortSignal,
): Promise<Failure | undefined> {
  try {
    await work;
    return undefined;
  } catch (error) {
    if (isGone(error) || interrupted.aborted) throw error;
    return failureOf(error);
  }
}

function sumUp(session: Session, failures: readonly Failure[], total: number): number {
  const [first] = failures;
  if (first === undefined) return 0;
  if (total === 1) return first.exit;
  const alike = failures.every((failure) => failure.code === first.code);
  if (failures.length === total && alike) return first.exit;
  const exit = exitCodeOf('partial');
  session.complain({ code: 'partial', message: `${failures.length} of ${total} failed`, exit });
  return exit;
}

const named = (failure: Failure, name: string): Failure =>
  failure.message.includes(name) ? failure : { ...failure, message: `${name}: ${failure.message}` };
