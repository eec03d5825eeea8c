/**
 * Kills a process at one system call of its own: as it is about to make it, or when the call has
 * returned and nothing after it was done. The program that is killed has no part in this.
 *
 * strace stops the process at each such call on one path. `before`: it puts a SIGKILL in the
 * place of the call. `after`: it holds the thread at the return of the call, and the process is
 * killed while that thread is held.
 */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync } from 'node:fs';

export interface FatalCall {
  /** Names of system calls; the first that comes is counted, whichever of them it is. */
  readonly calls: readonly string[];
  /** Of a file or directory, as the program names it. */
  readonly path: string;
  readonly moment: 'before' | 'after';
  /** Which of these calls, counted for each thread; the first when absent. For `before` alone. */
  readonly nth?: number;
  /** Only the calls that come after this one on the same path count; for `after` alone. */
  readonly following?: string;
}

const holdSeconds = 30;
const holdEachSeconds = 1;
/** So often in a row a thread that is seen stopped is held, not on its way through. */
const looksWhileHeld = 10;

export function straceIsMissing(): string | undefined {
  if (process.platform !== 'linux') return 'system calls are only traced on Linux';
  try {
    execFileSync('strace', ['-qq', '-e', 'trace=none', '-o', '/dev/null', 'true']);
    return undefined;
  } catch {
    return 'strace is not installed, or nothing may be traced here';
  }
}

/** The arguments of strace that arm it. */
export function straceArgs(fatal: FatalCall, logFile: string): readonly string[] {
  const { calls, path, moment, nth = 1, following } = fatal;
  const traced = [...calls, ...(following === undefined ? [] : [following])].join(',');
  const what = {
    before: `signal=SIGKILL:when=${nth}`,
    after:
      following === undefined
        ? `delay_exit=${holdSeconds}s:when=1`
        : `delay_exit=${holdEachSeconds}s`,
  };
  const inject = `inject=${calls.join(',')}:${what[moment]}`;
  return ['-f', '-qq', '-o', logFile, '-e', `trace=${traced}`, '-P', path, '-e', inject];
}

/** A process that will be killed. */
export interface Armed {
  /** The call at which it was killed, as strace wrote it down; rejects when it ended otherwise. */
  readonly hit: Promise<string>;
}

/** Attaches to a process that runs, and to all its threads; resolves when it is armed. */
export async function armFatalCall(pid: number, fatal: FatalCall, logFile: string): Promise<Armed> {
  const strace = spawn('strace', [...straceArgs(fatal, logFile), '-p', String(pid)], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  while (!threadsOf(pid).every(isTraced)) {
    if (strace.exitCode !== null) throw new Error(`strace could not attach to ${pid}`);
    await nextLook();
  }
  return { hit: hitOf(strace, fatal, logFile) };
}

async function hitOf(strace: ChildProcess, fatal: FatalCall, logFile: string): Promise<string> {
  if (fatal.moment === 'after') return await killWhenHeld(strace, fatal, logFile);
  if (!isOver(strace)) await once(strace, 'exit');
  return callThatKilled(fatal, logFile);
}

/**
 * Of a process that has ended, and was to be killed before the call.
 * @throws when it ended otherwise
 */
export function callThatKilled(fatal: FatalCall, logFile: string): string {
  const lines = readLog(logFile);
  const call = lines.filter((line) => isOf(line, fatal.calls)).at(-1);
  if (call === undefined || !lines.some((line) => line.includes('+++ killed by SIGKILL +++')))
    throw new Error(`it was not killed at ${fatal.calls.join(' or ')} of ${fatal.path}`);
  return callIn(call);
}

async function killWhenHeld(
  strace: ChildProcess,
  fatal: FatalCall,
  logFile: string,
): Promise<string> {
  let held = 0;
  while (!isOver(strace)) {
    await nextLook();
    const line = lineOfHeld(fatal, logFile);
    const thread = Number.parseInt(line ?? '', 10);
    held = line !== undefined && stateOf(thread) === 't' ? held + 1 : 0;
    if (line === undefined || held < looksWhileHeld) continue;
    process.kill(thread, 'SIGKILL');
    // It would go on waiting for the end of the delay, and nobody could bury the process.
    strace.kill('SIGKILL');
    return callIn(line);
  }
  throw new Error(`it ended before ${fatal.calls.join(' or ')} of ${fatal.path} had returned`);
}

/** Begins with the thread that has made the call. */
function lineOfHeld({ calls, following }: FatalCall, logFile: string): string | undefined {
  const lines = readLog(logFile);
  const from = following === undefined ? 0 : lines.findIndex((line) => isOf(line, [following])) + 1;
  if (following !== undefined && from === 0) return undefined;
  return lines.slice(from).filter((line) => isOf(line, calls))[0];
}

const isOf = (line: string, calls: readonly string[]): boolean =>
  calls.some((call) => new RegExp(`^\\d+ +${call}\\(`).test(line));

const readLog = (path: string): readonly string[] =>
  existsSync(path) ? readFileSync(path, 'utf8').split('\n').filter(Boolean) : [];

const threadsOf = (pid: number): readonly number[] =>
  readdirSync(`/proc/${pid}/task`).map((name) => Number(name));

const isTraced = (thread: number): boolean =>
  !/^TracerPid:\t0$/m.test(readFileSync(`/proc/${thread}/status`, 'utf8'));

function stateOf(thread: number): string {
  try {
    const stat = readFileSync(`/proc/${thread}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2)[0] ?? '';
  } catch {
    return 'gone';
  }
}

const isOver = ({ exitCode, signalCode }: ChildProcess): boolean =>
  exitCode !== null || signalCode !== null;

/** Name and arguments as far as a reader wants them. */
const callIn = (line: string): string =>
  line
    .replace(/^\d+ +/, '')
    .replace(/^(\w+\().*\/(.+)"/, '$1"…/$2"')
    .replace(/\s+/g, ' ')
    .slice(0, 60);

const nextLook = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 5));
