import { fstatSync } from 'node:fs';
import { type StructureVerdict, walkBoxes } from '../../domain/mp4-boxes.js';
import { readFully } from '../full-io.js';
import { catchDiskFailure } from './disk-failure.js';
import type { CheckStructureOutput, FilmInput } from './task-messages.js';

/** Reads the heads of the top-level boxes, nothing else. */
export function checkStructure({ fd }: FilmInput): CheckStructureOutput {
  return catchDiskFailure<CheckStructureOutput>(() => ({ ok: true, verdict: walkFile(fd) }));
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
