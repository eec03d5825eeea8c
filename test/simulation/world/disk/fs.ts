/** Twin of `node:fs`: what happens at once, inside tasks of a pool, and what has a callback. */
import { constants } from 'node:fs';
import type { SimProcess } from '../sim-process.js';
import { thisProcess } from '../world.js';
import { diskErrno, isAbsence } from './disk-error.js';
import { bigStats, stats } from './file-handle.js';
import type { Position } from './handle-calls.js';
import { onDisk } from './on-disk.js';
import { parseOpenFlags } from './open-flags.js';
import { requireOptions, requirePath, requirePosition } from './requests.js';
import type { SimStats } from './stats.js';

export { constants };

export function openSync(path: string, flags: string | number = 'r', mode = 0o666): number {
  const process = thisProcess('the disk');
  const { pathCalls } = process.machine.disk;
  return pathCalls.open(process, requirePath(path), parseOpenFlags(flags), mode).fd;
}

export function closeSync(fd: number): void {
  const process = thisProcess('the disk');
  process.machine.disk.handleCalls.close(process, fd);
}

export function fstatSync(fd: number): SimStats {
  const process = thisProcess('the disk');
  return stats(process.machine.disk.handleCalls.stat(process, fd));
}

export function readSync(
  fd: number,
  into: Uint8Array,
  offset = 0,
  length = into.byteLength - offset,
  position: Position = null,
): number {
  const process = thisProcess('the disk');
  if (length === 0) return 0;
  const wanted = into.subarray(offset, offset + length);
  return process.machine.disk.handleCalls.read(process, fd, wanted, requirePosition(position));
}

export function writeSync(
  fd: number,
  bytes: Uint8Array,
  offset = 0,
  length = bytes.byteLength - offset,
  position: Position = null,
): number {
  const process = thisProcess('the disk');
  const wanted = bytes.subarray(offset, offset + length);
  return process.machine.disk.handleCalls.write(process, fd, wanted, requirePosition(position));
}

export function writeFileSync(path: string, data: string | Uint8Array): void {
  // Not on the disk, so none of its faults.
  if (path.startsWith('/proc/')) throw diskErrno('ENOENT', { syscall: 'open', path });
  const fd = openSync(path, 'w');
  const bytes = Buffer.from(data);
  try {
    for (let at = 0; at < bytes.length; ) at += writeSync(fd, bytes, at);
  } finally {
    closeSync(fd);
  }
}

interface LstatOptions {
  readonly bigint?: boolean;
  readonly throwIfNoEntry?: boolean;
}

export function lstatSync(path: string, options: { bigint: true }): SimStats<bigint>;
export function lstatSync(path: string, options: { throwIfNoEntry: false }): SimStats | undefined;
export function lstatSync(path: string): SimStats;
export function lstatSync(
  path: string,
  options: LstatOptions = {},
): SimStats | SimStats<bigint> | undefined {
  requireOptions('lstatSync', options, ['bigint', 'throwIfNoEntry']);
  const { bigint = false, throwIfNoEntry = true } = options;
  try {
    const node = thisProcess('the disk').machine.disk.pathCalls.stat(requirePath(path), 'lstat');
    return bigint ? bigStats(node) : stats(node);
  } catch (error) {
    if (!throwIfNoEntry && isAbsence(error)) return undefined;
    throw error;
  }
}

export function mkdirSync(path: string, options: { readonly mode?: number } = {}): void {
  requireOptions('mkdirSync', options, ['mode']);
  const process = thisProcess('the disk');
  process.machine.disk.pathCalls.mkdir(process, requirePath(path), options.mode ?? 0o777);
}

export function renameSync(from: string, to: string): void {
  const process = thisProcess('the disk');
  process.machine.disk.pathCalls.rename(process, requirePath(from), requirePath(to));
}

export function unlinkSync(path: string): void {
  const process = thisProcess('the disk');
  process.machine.disk.pathCalls.unlink(process, requirePath(path));
}

type Callback = (error: Error | null) => void;

/** Throws at once for what is no descriptor, as that of a closed handle. */
export function fsync(fd: number, callback: Callback): void {
  const process = askedFor(fd);
  const { handleCalls } = process.machine.disk;
  const synced = onDisk(process, 'sync', () => handleCalls.sync(process, fd, 'fsync'));
  synced.then(() => callback(null), callback);
}

export function close(fd: number, callback: Callback): void {
  const process = askedFor(fd);
  const { handleCalls } = process.machine.disk;
  const closed = onDisk(process, 'close', () => handleCalls.close(process, fd));
  closed.then(() => callback(null), callback);
}

export function read(
  fd: number,
  into: Uint8Array,
  offset: number,
  length: number,
  position: Position,
  callback: (error: Error | null, count: number) => void,
): void {
  const process = askedFor(fd);
  const { handleCalls } = process.machine.disk;
  const wanted = into.subarray(offset, offset + length);
  const done = onDisk(process, 'read', () =>
    length === 0 ? 0 : handleCalls.read(process, fd, wanted, requirePosition(position)),
  );
  done.then(
    (count) => callback(null, count),
    (error: Error) => callback(error, 0),
  );
}

function askedFor(fd: number): SimProcess {
  if (fd >= 0) return thisProcess('the disk');
  throw Object.assign(new RangeError(`The value of "fd" is out of range. Received ${fd}`), {
    code: 'ERR_OUT_OF_RANGE',
  });
}
