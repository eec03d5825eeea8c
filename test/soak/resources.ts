/**
 * Memory and descriptors of a process, as Linux tells them.
 *
 * At rest a server has as many descriptors of each kind as when it had just become ready: pool
 * threads have ended after their half minute, idle connections after theirs, and clients are gone.
 * Of sockets it may have fewer, which is no leak; a file fewer may be its lock.
 * Its memory may lie above that by the chunk buffers that it keeps for the next transfer, and by
 * what V8 does not give back of a heap that has breathed.
 */
import { readdir, readFile, readlink } from 'node:fs/promises';
import { join } from 'node:path';
import { chunkBytes } from '../../src/domain/chunk-plan.js';
import { resolveTransferLimits } from '../../src/transfer/limits.js';
import { unlessGone } from './disks.js';

export interface Resources {
  readonly rssBytes: number;
  /** How many of each kind: `socket`, `pipe`, `anon_inode`, the path of a file. */
  readonly descriptors: ReadonlyMap<string, number>;
}

const heapSlackBytes = 64 * 1024 * 1024;
const rssSlackBytes = resolveTransferLimits().freeChunkBuffersMax * chunkBytes + heapSlackBytes;

export async function readResources(pid: number): Promise<Resources> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  const rssKib = Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1]);
  const descriptors = new Map<string, number>();
  for (const fd of await readdir(`/proc/${pid}/fd`)) {
    const target = await unlessGone(readlink(join(`/proc/${pid}/fd`, fd)));
    if (target === undefined) continue;
    const kind = target.replace(/:\[\d+\]$/, '');
    descriptors.set(kind, (descriptors.get(kind) ?? 0) + 1);
  }
  return { rssBytes: rssKib * 1024, descriptors };
}

export const descriptorCount = ({ descriptors }: Resources): number =>
  [...descriptors.values()].reduce((sum, count) => sum + count, 0);

/** The first thing that is not back; undefined when all is. */
export function notBack(start: Resources, now: Resources): string | undefined {
  for (const kind of new Set([...start.descriptors.keys(), ...now.descriptors.keys()])) {
    const [was, is] = [start.descriptors.get(kind) ?? 0, now.descriptors.get(kind) ?? 0];
    const mayBeFewer = kind === 'socket';
    if (is > was || (is < was && !mayBeFewer))
      return `${is} descriptors of ${kind}, and ${was} at the start`;
  }
  if (now.rssBytes <= start.rssBytes + rssSlackBytes) return undefined;
  return `${mebibytesOf(now)} MiB in memory, and ${mebibytesOf(start)} at the start`;
}

export const mebibytesOf = ({ rssBytes }: Resources): number => Math.round(rssBytes / 1024 / 1024);
