import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { seed } from '../seed.js';
import { box, judge, longBox, walk } from './a-box-walk.js';

const clip = readFileSync(new URL('../fixtures/clip.mp4', import.meta.url));

describe(`mp4 structure (seed ${seed})`, () => {
  it('accepts any boxes after ftyp as long as index and media are among them', () => {
    const filler = fc
      .tuple(fc.constantFrom('free', 'uuid', 'meta', 'sidx', 'moof'), fc.nat(40), fc.boolean())
      .map(([type, bytes, long]) => (long ? longBox(type, bytes) : box(type, bytes)));
    fc.assert(
      fc.property(fc.array(filler), fc.array(filler), fc.array(filler), (a, b, c) => {
        const verdict = judge(box('ftyp', 8), ...a, box('moov', 9), ...b, longBox('mdat', 9), ...c);

        expect(verdict).toMatchObject({ ok: true, faststart: true });
      }),
      { seed },
    );
  });

  it('refuses every file that was cut short', () => {
    fc.assert(
      fc.property(fc.nat(clip.length - 1), (length) => {
        expect(walk(clip.subarray(0, length)).verdict.ok).toBe(false);
      }),
      { seed },
    );
  });
});
