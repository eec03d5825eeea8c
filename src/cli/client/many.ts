/** Several files in one command: some at a time, and one exit code for all. */
import { exitCodeOf } from '../../domain/errors.js';
import { type Failure, failureOf } from '../fail.js';
import { isGone } from './output.js';
import type { Session } from './session.js';

/**
 * Runs `work` for each item, at most `parallel` at a time, and goes on when one fails.
 * @returns the exit code: of the failure when all failed alike, else that of a partial success
 * @throws the reason when the command is interrupted: no new one is begun; and that the reader of
 *   the output has gone, when all was done nevertheless
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
  const reasons = ended.flatMap((end) => (end.status === 'rejected' ? [end.reason] : []));
  const left = [...waiting].length;
  if (reasons.every(isGone) && left > 0) return tellLeft(session, left, items.length);
  for (const reason of reasons) if (!isGone(reason) || failures.length === 0) throw reason;
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

/** The reader of the output has gone, and nobody would hear of further files: these were not done. */
function tellLeft(session: Session, left: number, total: number): number {
  const exit = exitCodeOf('partial');
  const message = `${left} of ${total} were not begun: the reader of the output has gone`;
  session.complain({ code: 'partial', message, exit });
  return exit;
}

const named = (failure: Failure, name: string): Failure =>
  failure.message.includes(name) ? failure : { ...failure, message: `${name}: ${failure.message}` };
