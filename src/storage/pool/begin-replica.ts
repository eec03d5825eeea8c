import { openSync, unlinkSync } from 'node:fs';
import { newFile } from '../new-file.js';
import { catchDiskFailure } from './disk-failure.js';
import { isInPlace, isThere } from './place.js';
import type { BeginReplicaInput, BeginReplicaOutput } from './task-messages.js';

/** Makes the staged data of a replica of which nothing is here yet. */
export function beginReplica(input: BeginReplicaInput): BeginReplicaOutput {
  const { place, object, staged } = input;
  return catchDiskFailure<BeginReplicaOutput>(() => {
    if (!isInPlace(place)) return { ok: false, failure: 'elsewhere' };
    if (isThere(object.data) || isThere(object.manifest)) return { ok: false, failure: 'present' };
    // Nobody's: of a transfer that was given up while the root was away.
    for (const path of [staged.data, staged.manifest]) if (isThere(path)) unlinkSync(path);
    return { ok: true, fd: openSync(staged.data, newFile.flags, newFile.mode) };
  });
}
