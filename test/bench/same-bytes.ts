/** Whether two files are equal, by a program that knows nothing of Reelkeep. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';

export async function isSame(one: string, other: string): Promise<boolean> {
  const [code] = (await once(spawn('cmp', ['--silent', one, other]), 'exit')) as [number | null];
  return code === 0;
}
