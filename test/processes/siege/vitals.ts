/** What a process holds, by the kernel's account of it. */
import { readdir, readFile, writeFile } from 'node:fs/promises';

export interface Vitals {
  readonly descriptors: number;
  /** In memory now. */
  readonly bytes: number;
}

export async function vitalsOf(pid: number): Promise<Vitals> {
  const [descriptors, status] = await Promise.all([readdir(`/proc/${pid}/fd`), statusOf(pid)]);
  return { descriptors: descriptors.length, bytes: bytesIn(status, 'VmRSS') };
}

/** Its peak counts from now on. */
export const resetPeak = (pid: number): Promise<void> => writeFile(`/proc/${pid}/clear_refs`, '5');

export const peakBytesOf = async (pid: number): Promise<number> =>
  bytesIn(await statusOf(pid), 'VmHWM');

/** How many descriptors this process may open. */
export async function descriptorsMax(): Promise<number> {
  const limits = await readFile('/proc/self/limits', 'utf8').catch(() => '');
  return Number(/^Max open files +(\d+)/m.exec(limits)?.[1] ?? 0);
}

const statusOf = (pid: number): Promise<string> => readFile(`/proc/${pid}/status`, 'utf8');

const bytesIn = (status: string, name: string): number =>
  Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(status)?.[1] ?? 0) * 1024;
