/** Twin of `fs-native-extensions`. */
import { thisProcess } from '../world.js';

/** Locks the open file, or answers false while another one has the lock. */
export function tryLock(fd: number): boolean {
  const process = thisProcess('the disk');
  return process.machine.disk.handleCalls.tryLock(process, fd);
}
