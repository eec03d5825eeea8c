/** A client as a process that runs on while something else is done, and that may be killed in the midst. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import type { ProgramRun } from '../../src/cli/local/run-program.js';
import { programPath } from '../../src/cli/local/server-process.js';

export class ClientInBackground {
  readonly ended: Promise<ProgramRun>;
  readonly #child: ChildProcess;

  /** @param through a program that becomes it, with arguments */
  constructor(master: string, args: readonly string[], through: readonly string[] = []) {
    const client = [process.execPath, programPath('client'), '--master', master];
    const [command = '', ...rest] = [...through, ...client, ...args];
    const child = spawn(command, rest, { stdio: ['ignore', 'pipe', 'pipe'] });
    this.#child = child;
    this.ended = Promise.all([text(child.stdout), text(child.stderr), once(child, 'exit')]).then(
      ([stdout, stderr, [code]]) => ({ code: code ?? -1, stdout, stderr }),
    );
  }

  async kill(): Promise<void> {
    this.#child.kill('SIGKILL');
    await this.ended;
  }

  pause(): void {
    this.#child.kill('SIGSTOP');
  }

  resume(): void {
    this.#child.kill('SIGCONT');
  }
}
