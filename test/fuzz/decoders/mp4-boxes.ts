import assert from 'node:assert/strict';
import fc from 'fast-check';
import { box, longBox, walk } from '../../domain/a-box-walk.js';
import { type Decoder, decoded, refused } from '../decoder.js';

const fillers = fc.array(
  fc
    .tuple(fc.constantFrom('free', 'uuid', 'moof'), fc.nat(20), fc.boolean())
    .map(([type, bytes, isLong]) => (isLong ? longBox(type, bytes) : box(type, bytes))),
  { maxLength: 3 },
);

/** The walk over the boxes of a file. */
export const mp4Boxes: Decoder = {
  name: 'mp4-boxes',
  valid: fc
    .tuple(fillers, fillers)
    .map(([before, after]) =>
      Buffer.concat([
        box('ftyp', 8),
        ...before,
        box('moov', 9),
        longBox('mdat', 30),
        ...after,
        box('free', 4, 0),
      ]),
    ),
  decode(bytes) {
    const { verdict, headsRead } = walk(bytes);
    assert(headsRead <= bytes.length / 8, `${headsRead} heads in ${bytes.length} bytes`);
    return verdict.ok ? decoded(verdict) : refused(verdict.reason);
  },
};
