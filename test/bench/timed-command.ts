/** Runs one command to its end, and measures the whole of it as its user would: from start to exit. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { endedChildrenCpuSeconds, usageOf } from './process-usage.js';

export interface Timed {
  readonly seconds: number;
  readonly cpuSeconds: number;
  /** As last seen, at most `lookEveryMs` before its end. */
  readonly peakBytes: number;
  readonly stdout: string;
}

const lookEveryMs = 20;

/** @throws Error when it does not end with 0 */
export async function timeCommand(
  command: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv = process.env,
): Promise<Timed> {
  const cpuBefore = await endedChildrenCpuSeconds();
  const beganMs = performance.now();
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'], env });
  const said = Promise.all([text(child.stdout), text(child.stderr)]);
  let peakBytes = 0;
  const look = async (): Promise<void> => {
    if (child.pid === undefined) return;
    // it may have ended meanwhile
    const usage = await usageOf(child.pid).catch(() => undefined);
    peakBytes = Math.max(peakBytes, usage?.peakBytes ?? 0);
  };
  const looking = setInterval(() => void look(), lookEveryMs);
  const [code] = (await once(child, 'exit')) as [number | null];
  const seconds = (performance.now() - beganMs) / 1000;
  clearInterval(looking);
  const [stdout, stderr] = await said;
  if (code !== 0) throw new Error(`${command} ${args[0]} ended with ${code}: ${stderr}`);
  return { seconds, cpuSeconds: (await endedChildrenCpuSeconds()) - cpuBefore, peakBytes, stdout };
}

/** One after another, as one measurement. */
export async function timeCommands(
  commands: readonly (readonly [string, ...string[]])[],
): Promise<Timed> {
  let sum: Timed = { seconds: 0, cpuSeconds: 0, peakBytes: 0, stdout: '' };
  for (const [command, ...args] of commands) {
    const one = await timeCommand(command, args);
    sum = {
      seconds: sum.seconds + one.seconds,
      cpuSeconds: sum.cpuSeconds + one.cpuSeconds,
      peakBytes: Math.max(sum.peakBytes, one.peakBytes),
      stdout: sum.stdout + one.stdout,
    };
  }
  return sum;
}
