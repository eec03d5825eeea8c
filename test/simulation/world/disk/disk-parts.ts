/** What the calls of one disk share, and how each of them meets its faults. */
import type { SimProcess } from '../sim-process.js';
import { theWorld } from '../world.js';
import { Refusal } from './disk-error.js';
import { type CallOnDisk, type DiskFaults, errorOf, type FailRule } from './disk-faults.js';
import type { DiskTree } from './disk-tree.js';
import type { DiskWatchers } from './disk-watchers.js';
import type { OpenFiles } from './open-files.js';

export interface DiskParts {
  readonly capacityBytes: number;
  readonly tree: DiskTree;
  readonly openFiles: OpenFiles;
  readonly faults: DiskFaults;
  readonly watchers: DiskWatchers;
}

export function freeBytes({ capacityBytes, tree, faults }: DiskParts): number {
  return faults.full ? 0 : Math.max(0, capacityBytes - tree.usedBytes);
}

/** Two changes within it are of the same time, as on Linux. */
const stampMs = 4;

/** Of what a process changes. */
export function changeTimeMs(process: SimProcess): number {
  const { kernel, wallStartMs } = theWorld();
  const wallMs = wallStartMs + kernel.nowMs + process.machine.wallAheadMs;
  return Math.floor(wallMs / stampMs) * stampMs;
}

/**
 * Does what a call asks for, unless the disk has a fault.
 *
 * @param onFailed what a call does when a rule makes it fail.
 */
export function attempt<Value>(
  { faults }: DiskParts,
  call: CallOnDisk,
  work: () => Value,
  onFailed: (rule: FailRule) => void = () => undefined,
): Value {
  if (faults.unmounted && call.call !== 'close')
    throw errorOf(call, call.isByHandle === true ? 'EIO' : 'ENOENT');
  const rule = faults.strike(call);
  if (rule !== undefined && rule.happens !== true) {
    onFailed(rule);
    throw errorOf(call, rule.code);
  }
  const value = refusable(call, work);
  if (rule !== undefined) throw errorOf(call, rule.code);
  return value;
}

/** Says in Node's words why something cannot be done. */
export function refusable<Value>(call: CallOnDisk, work: () => Value): Value {
  try {
    return work();
  } catch (error) {
    throw error instanceof Refusal ? errorOf(call, error.code) : error;
  }
}
