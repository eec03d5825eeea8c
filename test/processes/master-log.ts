/** What the master has written down, as figures. */
import { readFile } from 'node:fs/promises';
import type { Rig } from './rig.js';

/** Lines of its log that contain the text. */
export async function countInLog(rig: Rig, text: string): Promise<number> {
  return (await linesOf(rig)).filter((line) => line.includes(text)).length;
}

/** The states that it has seen a keeper in, one after another. */
export async function keeperChanges(rig: Rig, keeper: string): Promise<readonly string[]> {
  return (await linesOf(rig))
    .map((line) => JSON.parse(line) as { msg: string; keeper?: string; state?: string })
    .filter((line) => line.msg === 'keeper changed' && line.keeper === keeper)
    .map(({ state = '' }) => state);
}

async function linesOf(rig: Rig): Promise<readonly string[]> {
  const log = await readFile(rig.path('master.log'), 'utf8');
  // The last line may not be whole yet.
  return log.split('\n').slice(0, -1);
}
