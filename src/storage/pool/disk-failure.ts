import { isSystemError } from '../disk-error.js';
import type { DiskFailure } from './task-messages.js';

/** Runs disk work in a task; what the operating system refuses becomes data, the rest is thrown. */
export function catchDiskFailure<Output>(work: () => Output): Output | DiskFailure {
  try {
    return work();
  } catch (error) {
    if (!isSystemError(error)) throw error;
    return { ok: false, failure: 'disk', code: error.code, detail: error.message };
  }
}
