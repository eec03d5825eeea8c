import { type StructureVerdict, walkBoxes } from '../../src/domain/mp4-boxes.js';

export interface Walk {
  readonly verdict: StructureVerdict;
  readonly headsRead: number;
  readonly bytesRead: number;
}

/** Walks over a file in memory, as a reader would over one on a disk. */
export function walk(file: Uint8Array): Walk {
  const boxes = walkBoxes(file.length);
  let headsRead = 0;
  let bytesRead = 0;
  let step = boxes.next();
  while (!step.done) {
    headsRead += 1;
    bytesRead += step.value.length;
    const { offset, length } = step.value;
    step = boxes.next(file.subarray(offset, offset + length));
  }
  return { verdict: step.value, headsRead, bytesRead };
}

export const judge = (...boxes: readonly Uint8Array[]): StructureVerdict =>
  walk(Buffer.concat(boxes)).verdict;

/** @param declared the size that the head says, when it is not the true one. */
export function box(type: string, contentBytes: number, declared = contentBytes + 8): Uint8Array {
  const bytes = Buffer.alloc(contentBytes + 8, 0xee);
  bytes.writeUInt32BE(declared, 0);
  bytes.write(type, 4, 'latin1');
  return bytes;
}

export function longBox(type: string, contentBytes: number, declared?: bigint): Uint8Array {
  const bytes = Buffer.alloc(contentBytes + 16, 0xee);
  bytes.writeUInt32BE(1, 0);
  bytes.write(type, 4, 'latin1');
  bytes.writeBigUInt64BE(declared ?? BigInt(contentBytes + 16), 8);
  return bytes;
}
