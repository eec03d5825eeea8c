/** What processes have used, as the kernel counts it: /proc is read, nothing is asked of the process. */
import { readdir, readFile, writeFile } from 'node:fs/promises';
import process from 'node:process';

export interface Usage {
  /** User and system time of all its threads. */
  readonly cpuSeconds: number;
  /** Most memory that it ever held at once since `forgetPeak`. */
  readonly peakBytes: number;
}

/** USER_HZ, which Linux gives every program as 100 whatever the kernel's own tick is. */
const ticksPerSecond = 100;

export async function usageOf(pid: number): Promise<Usage> {
  const [stat, status] = await Promise.all([
    readFile(`/proc/${pid}/stat`, 'utf8'),
    readFile(`/proc/${pid}/status`, 'utf8'),
  ]);
  const [user, system] = timesIn(stat, 'own');
  return { cpuSeconds: (user + system) / ticksPerSecond, peakBytes: peakIn(status) };
}

/** Of processes that this one has started and that have ended. */
export async function endedChildrenCpuSeconds(): Promise<number> {
  const [user, system] = timesIn(await readFile(`/proc/${process.pid}/stat`, 'utf8'), 'children');
  return (user + system) / ticksPerSecond;
}

/** What it holds besides what could be read from files again. */
export async function ownMemoryBytes(pid: number): Promise<number> {
  return kibibytesIn(await readFile(`/proc/${pid}/status`, 'utf8'), 'RssAnon') * 1024;
}

/** Of its thread of that name, as the scheduler counts: far below a tick. */
export async function threadCpuSeconds(pid: number, name: string): Promise<number> {
  for (const thread of await readdir(`/proc/${pid}/task`)) {
    const path = `/proc/${pid}/task/${thread}`;
    if ((await readFile(`${path}/comm`, 'utf8')).trim() !== name) continue;
    return Number((await readFile(`${path}/schedstat`, 'utf8')).split(' ')[0]) / 1e9;
  }
  throw new Error(`process ${pid} has no thread ${name}`);
}

/** The peak from here on. */
export async function forgetPeak(pid: number): Promise<void> {
  const resetPeak = '5';
  await writeFile(`/proc/${pid}/clear_refs`, resetPeak);
}

/** The name of the program may hold anything, so fields are counted from the last bracket. */
function timesIn(stat: string, whose: 'own' | 'children'): readonly [number, number] {
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const at = whose === 'own' ? 11 : 13;
  return [Number(fields[at]), Number(fields[at + 1])];
}

const peakIn = (status: string): number => kibibytesIn(status, 'VmHWM') * 1024;

function kibibytesIn(status: string, name: string): number {
  return Number(new RegExp(`^${name}:\\s+(\\d+) kB$`, 'm').exec(status)?.[1] ?? 0);
}
