/** Whether a table can be read from end to end, found out by a process that may die of it. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createRequire } from 'node:module';
import { text } from 'node:stream/consumers';
import { ReelkeepError } from '../domain/errors.js';

/** What a process dies of by its own doing; other signals are somebody's wish. */
const ownDoing: ReadonlySet<string> = new Set(['SIGBUS', 'SIGSEGV', 'SIGABRT', 'SIGILL', 'SIGFPE']);

/**
 * Takes about a second for a million rows. Nobody may write the table meanwhile.
 * @throws ReelkeepError `integrity`; `unavailable` when it was kept from finding out
 */
export async function requireWholeTable(path: string): Promise<void> {
  const program = createRequire(import.meta.url).resolve('#process/table-walk');
  // Not of this process's group: Ctrl-C is for the master, and would look like damage.
  const child = spawn(process.execPath, [program, path], {
    stdio: ['ignore', 'ignore', 'pipe'],
    detached: true,
  });
  const [said, [code, signal]] = await Promise.all([
    text(child.stderr),
    once(child, 'exit') as Promise<[number | null, NodeJS.Signals | null]>,
  ]);
  if (code === 0) return;
  if (signal !== null && !ownDoing.has(signal))
    throw new ReelkeepError('unavailable', `checking ${path} was ended by ${signal}; try again`);
  const why = signal ?? /^\w*Error: (.*)/m.exec(said)?.[1] ?? `exit code ${code}`;
  throw new ReelkeepError(
    'integrity',
    `${path} is damaged: reading it ends with ${why}; put a good copy in its place`,
  );
}
