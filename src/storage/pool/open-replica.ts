import { closeSync, constants, fstatSync, openSync } from 'node:fs';
import { manifestBytesMax } from '../../domain/manifest.js';
import { hasCode } from '../disk-error.js';
import { readFully } from '../full-io.js';
import { catchDiskFailure } from './disk-failure.js';
import type { OpenReplicaInput, OpenReplicaOutput } from './task-messages.js';

/** What stands there under the two names; nothing is judged. */
export function openReplica({ paths, keepsOpen }: OpenReplicaInput): OpenReplicaOutput {
  return catchDiskFailure<OpenReplicaOutput>(() => {
    const manifest = whileOpen(paths.manifest, readManifest);
    const data = keepsOpen ? openForGood(paths.data) : whileOpen(paths.data, sizeOf);
    return { ok: true, manifest, data };
  });
}

function readManifest(fd: number): Uint8Array | 'too long' {
  const { size } = fstatSync(fd);
  if (size > manifestBytesMax) return 'too long';
  const bytes = new Uint8Array(size);
  return bytes.subarray(0, readFully(fd, bytes, 0));
}

const sizeOf = (fd: number) => ({ fd: -1, size: fstatSync(fd).size });

function openForGood(path: string) {
  const fd = openOwnFile(path);
  if (typeof fd === 'string') return fd;
  try {
    return { fd, size: fstatSync(fd).size };
  } catch (error) {
    closeSync(fd);
    throw error;
  }
}

function whileOpen<Value>(path: string, work: (fd: number) => Value): Value | 'absent' | 'link' {
  const fd = openOwnFile(path);
  if (typeof fd === 'string') return fd;
  try {
    return work(fd);
  } finally {
    closeSync(fd);
  }
}

function openOwnFile(path: string): number | 'absent' | 'link' {
  try {
    return openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW);
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return 'absent';
    if (hasCode(error, 'ELOOP', 'EMLINK')) return 'link';
    throw error;
  }
}
