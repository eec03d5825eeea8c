/** Whether a table is sound, found out by a process that may be busy with it, or die. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createRequire } from 'node:module';
import { text } from 'node:stream/consumers';
import { fromPlainError, type PlainError, ReelkeepError } from '../domain/errors.js';
import type { TableFacts } from './read-table.js';

/** What that process says. */
export type WalkAnswer = WalkVerdict | { readonly found: 'error'; readonly error: PlainError };

export type WalkVerdict =
  | { readonly found: 'table'; readonly facts: TableFacts }
  /** It was made and never written. */
  | { readonly found: 'no rows' }
  | { readonly found: 'damage'; readonly why: string };

export interface WalkOptions {
  /** Where the table is copied to first; what is read is the copy. */
  readonly copyTo?: string;
  /** Ends the process. */
  readonly signal?: AbortSignal;
}

/**
 * Takes about two seconds for a million rows. Without `copyTo` nobody may write the table meanwhile.
 * @throws ReelkeepError `unavailable` or `no-space` when it was kept from finding out
 */
export async function walkTable(
  path: string,
  { copyTo, signal }: WalkOptions = {},
): Promise<WalkVerdict> {
  const program = createRequire(import.meta.url).resolve('#process/table-walk');
  const paths = copyTo === undefined ? [path] : [path, copyTo];
  // Not of this process's group: Ctrl-C is for the master, and would look like damage. It reads
  // its stdin to know when this process is gone.
  const child = spawn(process.execPath, [program, ...paths], {
    stdio: ['pipe', 'pipe', 'pipe'],
    detached: true,
    ...(signal === undefined ? {} : { signal, killSignal: 'SIGKILL' }),
  });
  const [said, complaint, ended] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    endOf(child),
  ]);
  if (ended.code === 0) return verdictOf(JSON.parse(said) as WalkAnswer);
  // It reads the file and does not map it: whatever stands there, it lives to say so.
  const how = ended.signal ?? /^\w*Error: (.*)/m.exec(complaint)?.[1] ?? `exit code ${ended.code}`;
  throw new ReelkeepError('unavailable', `reading ${path} was ended by ${how}; try again`);
}

interface End {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

async function endOf(child: ChildProcess): Promise<End> {
  try {
    const [code, signal] = (await once(child, 'close')) as [End['code'], End['signal']];
    return { code, signal };
  } catch (error) {
    // It could not be started, or was ended by the signal it was given.
    const why = error instanceof Error ? error.message : String(error);
    throw new ReelkeepError('unavailable', `the table was not read: ${why}`, { cause: error });
  }
}

function verdictOf(answer: WalkAnswer): WalkVerdict {
  if (answer.found !== 'error') return answer;
  const { code, detail } = answer.error;
  if (code === 'integrity') return { found: 'damage', why: detail };
  throw fromPlainError(answer.error);
}
