/** Twin of `node:fs/promises`. Every call takes virtual time on the disk of the machine whose process asks. */
import type { SimProcess } from '../sim-process.js';
import { thisProcess } from '../world.js';
import { isAbsence, rmOfDirectory } from './disk-error.js';
import type { DiskCall } from './disk-faults.js';
import { bigStats, SimFileHandle, stats } from './file-handle.js';
import type { Node } from './inodes.js';
import { onDisk } from './on-disk.js';
import { parseOpenFlags } from './open-flags.js';
import type { PathCalls } from './path-calls.js';
import { requireOptions, requirePath } from './requests.js';
import { SimDirent, type SimStatFs, type SimStats } from './stats.js';

export type { SimFileHandle as FileHandle };

export async function open(
  path: string,
  flags: string | number = 'r',
  mode = 0o666,
): Promise<SimFileHandle> {
  const parsed = parseOpenFlags(flags);
  const process = thisProcess('the disk');
  const { fd } = await ask('open', (calls) => calls.open(process, requirePath(path), parsed, mode));
  return new SimFileHandle(process, fd);
}

interface StatOptions {
  readonly bigint?: boolean;
}

export function stat(path: string, options?: StatOptions & { bigint?: false }): Promise<SimStats>;
export function stat(
  path: string,
  options: StatOptions & { bigint: true },
): Promise<SimStats<bigint>>;
export function stat(path: string, options?: StatOptions): Promise<SimStats | SimStats<bigint>> {
  return statAs('stat', path, options);
}

export function lstat(path: string, options?: StatOptions & { bigint?: false }): Promise<SimStats>;
export function lstat(
  path: string,
  options: StatOptions & { bigint: true },
): Promise<SimStats<bigint>>;
export function lstat(path: string, options?: StatOptions): Promise<SimStats | SimStats<bigint>> {
  return statAs('lstat', path, options);
}

export async function statfs(path: string): Promise<SimStatFs> {
  return ask('statfs', (calls) => calls.statfs(requirePath(path)));
}

export async function realpath(path: string): Promise<string> {
  return ask('realpath', (calls) => calls.realpath(requirePath(path)));
}

interface ReaddirOptions {
  readonly withFileTypes?: boolean;
}

export function readdir(path: string, options?: { withFileTypes?: false }): Promise<string[]>;
export function readdir(path: string, options: { withFileTypes: true }): Promise<SimDirent[]>;
export async function readdir(
  path: string,
  options?: ReaddirOptions,
): Promise<string[] | SimDirent[]> {
  requireOptions('readdir', options, ['withFileTypes']);
  const isTyped = options?.withFileTypes === true;
  return ask<string[] | SimDirent[]>('readdir', (calls) => {
    const entries = calls.readdir(requirePath(path));
    if (isTyped) return entries.map(([name, node]) => new SimDirent(name, path, node));
    return entries.map(([name]) => name);
  });
}

interface MkdirOptions {
  readonly recursive?: boolean;
  readonly mode?: number;
}

/** Answers the first directory that it made, if it was to make all on the way. */
export async function mkdir(path: string, options?: MkdirOptions): Promise<string | undefined> {
  requireOptions('mkdir', options, ['recursive', 'mode']);
  const { recursive = false, mode = 0o777 } = options ?? {};
  const process = thisProcess('the disk');
  return ask('mkdir', (calls) => {
    if (recursive) return calls.mkdirs(process, requirePath(path), mode);
    calls.mkdir(process, requirePath(path), mode);
    return undefined;
  });
}

export async function rename(from: string, to: string): Promise<void> {
  return askFor('rename', (calls, process) =>
    calls.rename(process, requirePath(from), requirePath(to)),
  );
}

export async function link(existing: string, name: string): Promise<void> {
  return askFor('link', (calls, process) =>
    calls.link(process, requirePath(existing), requirePath(name)),
  );
}

export async function unlink(path: string): Promise<void> {
  return askFor('unlink', (calls, process) => calls.unlink(process, requirePath(path)));
}

interface RmOptions {
  readonly recursive?: boolean;
  readonly force?: boolean;
}

/** In several calls, as Node does it: others may come between them. */
export async function rm(path: string, options?: RmOptions): Promise<void> {
  requireOptions('rm', options, ['recursive', 'force']);
  const { recursive = false, force = false } = options ?? {};
  try {
    const node = await ask('stat', (calls) => calls.stat(requirePath(path), 'lstat'));
    if (node.kind === 'file') await unlink(path);
    else if (recursive) await removeTree(path);
    else throw rmOfDirectory(path);
  } catch (error) {
    if (!(force && isAbsence(error))) throw error;
  }
}

async function removeTree(path: string): Promise<void> {
  const entries = await readdir(path, { withFileTypes: true });
  for (const entry of entries) await rm(`${path}/${entry.name}`, { recursive: true, force: true });
  await askFor('rmdir', (calls, process) => calls.rmdir(process, path));
}

async function statAs(
  syscall: 'stat' | 'lstat',
  path: string,
  options?: StatOptions,
): Promise<SimStats | SimStats<bigint>> {
  requireOptions(syscall, options, ['bigint']);
  const as: (node: Node) => SimStats | SimStats<bigint> =
    options?.bigint === true ? bigStats : stats;
  return ask('stat', (calls) => as(calls.stat(requirePath(path), syscall)));
}

function ask<Value>(call: DiskCall, effect: (calls: PathCalls) => Value): Promise<Value> {
  return askFor(call, effect);
}

function askFor<Value>(
  call: DiskCall,
  effect: (calls: PathCalls, process: SimProcess) => Value,
): Promise<Value> {
  const process = thisProcess('the disk');
  return onDisk(process, call, () => effect(process.machine.disk.pathCalls, process));
}
