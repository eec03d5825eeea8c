/** A program as a child process, as a person would run it. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { type ProgramName, programPath } from './server-process.js';

export interface ProgramRun {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export const runClientProcess = (master: string, args: readonly string[]): Promise<ProgramRun> =>
  runProgram('client', ['--master', master, ...args]);

/** Resolves when it has ended. */
export async function runProgram(
  program: ProgramName,
  args: readonly string[],
): Promise<ProgramRun> {
  const child = spawn(process.execPath, [programPath(program), ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const [stdout, stderr, [code]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'exit') as Promise<[number | null]>,
  ]);
  return { code: code ?? 1, stdout, stderr };
}
