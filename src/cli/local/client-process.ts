/** The client as a child process, as a person would run it. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { programPath } from './server-process.js';

export interface ClientRun {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export async function runClientProcess(
  master: string,
  args: readonly string[],
): Promise<ClientRun> {
  const child = spawn(process.execPath, [programPath('client'), '--master', master, ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const [stdout, stderr, [code]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'exit') as Promise<[number | null]>,
  ]);
  return { code: code ?? 1, stdout, stderr };
}
