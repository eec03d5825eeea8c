import { closeSync, openSync } from 'node:fs';
import { writeFully } from '../full-io.js';
import { newFile } from '../new-file.js';
import { catchDiskFailure } from './disk-failure.js';
import type { WriteNewFileInput, WriteNewFileOutput } from './task-messages.js';

/** The file stays open, so that what was written is what is synced. */
export function writeNewFile({ path, bytes }: WriteNewFileInput): WriteNewFileOutput {
  return catchDiskFailure<WriteNewFileOutput>(() => {
    const fd = openSync(path, newFile.flags, newFile.mode);
    try {
      writeFully(fd, bytes, 0);
    } catch (error) {
      closeSync(fd);
      throw error;
    }
    return { ok: true, fd };
  });
}
