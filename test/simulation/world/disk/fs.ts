/** Twin of `node:fs`: what happens at once, inside tasks of a pool, and what has a callback. */
import { constants } from 'node:fs';
import { thisProcess } from '../world.js';
import { diskErrno } from './disk-error.js';
import { stats } from './file-handle.js';
import type { Position } from './handle-calls.js';
import { onDisk } from './on-disk.js';
import { parseOpenFlags } from './open-flags.js';
import { requirePath, requirePosition } from './requests.js';
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

/** Throws at once for what is no descriptor, as that of a closed handle. */
export function fsync(fd: number, callback: (error: Error | null) => void): void {
  const process = thisProcess('the disk');
  if (!(fd >= 0))
    throw Object.assign(new RangeError(`The value of "fd" is out of range. Received ${fd}`), {
      code: 'ERR_OUT_OF_RANGE',
    });
  const { handleCalls } = process.machine.disk;
  const synced = onDisk(process, 'sync', () => handleCalls.sync(process, fd, 'fsync'));
  synced.then(() => callback(null), callback);
}
