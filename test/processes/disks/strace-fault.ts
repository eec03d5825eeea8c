/**
 * Makes system calls of a process that runs fail, by strace, and knows which calls it made.
 *
 * Needs strace and the right to trace; a test that asks for it elsewhere is skipped with the reason.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { onTestFinished, type TestContext } from 'vitest';

export interface Fault {
  /** The system call, by its name. */
  readonly call: string;
  /** As strace takes it: `error=EIO:when=1`. */
  readonly injection: string;
  /** Only calls that have to do with this file or directory. */
  readonly path?: string;
  /** Where the calls are written down. */
  readonly logFile: string;
}

export class StraceFault {
  readonly #child: ChildProcess;
  readonly #logFile: string;

  /** Resolves when the fault lies in wait in every thread of the process. */
  static async attach(test: TestContext, pid: number, fault: Fault): Promise<StraceFault> {
    const { call, injection, path, logFile } = fault;
    const filter = path === undefined ? [] : ['-P', path];
    const what = ['-e', `trace=${call}`, '-e', `inject=${call}:${injection}`, ...filter];
    const args = ['-f', '-y', ...what, '-o', logFile, '-p', String(pid)];
    const child = spawn('strace', args, { stdio: ['ignore', 'ignore', 'pipe'] });
    const told = await firstLine(child);
    if (!told.includes('attached')) return test.skip(`strace cannot be used here: ${told}`);
    const attached = new StraceFault(child, logFile);
    onTestFinished(() => attached.detach());
    return attached;
  }

  private constructor(child: ChildProcess, logFile: string) {
    this.#child = child;
    this.#logFile = logFile;
  }

  /** The process goes on untroubled. */
  async detach(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const ended = once(this.#child, 'exit');
    this.#child.kill('SIGINT');
    await ended;
  }

  /** What the process asked for since, one call a line, with paths for descriptors. */
  async calls(): Promise<readonly string[]> {
    return (await readFile(this.#logFile, 'utf8')).split('\n').filter((line) => line !== '');
  }
}

async function firstLine(child: ChildProcess): Promise<string> {
  const { stderr } = child;
  if (stderr === null) return 'it has no stderr';
  const line = new Promise<string>((resolve) => {
    createInterface({ input: stderr }).once('line', resolve);
    child.once('error', (error) => resolve(error.message));
    child.once('exit', (code) => resolve(`it ended with exit code ${code}`));
  });
  return await line;
}
