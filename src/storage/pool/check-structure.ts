import { closeSync, constants, fstatSync, openSync } from 'node:fs';
import { type StructureVerdict, walkBoxes } from '../../domain/mp4-boxes.js';
import { readFully } from '../full-io.js';
import { catchDiskFailure } from './disk-failure.js';
import type { CheckStructureOutput, PathInput } from './task-messages.js';

/** Reads the heads of the top-level boxes, nothing else. */
export function checkStructure({ path }: PathInput): CheckStructureOutput {
  return catchDiskFailure<CheckStructureOutput>(() => {
    const fd = openSync(path, constants.O_RDONLY);
    try {
      return { ok: true, verdict: walkFile(fd) };
    } finally {
      closeSync(fd);
    }
  });
}

function walkFile(fd: number): StructureVerdict {
  const walk = walkBoxes(fstatSync(fd).size);
  let step = walk.next();
  while (!step.done) {
    const head = Buffer.alloc(step.value.length);
    if (readFully(fd, head, step.value.offset) < head.length)
      return { ok: false, reason: 'the file was cut short while it was being read' };
    step = walk.next(head);
  }
  return step.value;
}
