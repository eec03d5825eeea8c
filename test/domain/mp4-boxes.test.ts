import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { boxCountMax, walkBoxes } from '../../src/domain/mp4-boxes.js';
import { box, judge, longBox, walk } from './a-box-walk.js';

const ftyp = box('ftyp', 16);
const moov = box('moov', 100);
const mdat = box('mdat', 2000);

describe('mp4 structure', () => {
  it('accepts an index before the media, and calls it faststart', () => {
    expect(judge(ftyp, moov, mdat)).toEqual({ ok: true, faststart: true, fragmented: false });
  });

  it('accepts an index after the media', () => {
    const verdict = judge(ftyp, box('free', 0), mdat, moov);

    expect(verdict).toEqual({ ok: true, faststart: false, fragmented: false });
  });

  it('accepts fragments', () => {
    const verdict = judge(ftyp, moov, box('moof', 9), mdat, box('moof', 9), mdat, box('mfra', 3));

    expect(verdict).toEqual({ ok: true, faststart: true, fragmented: true });
  });

  it('accepts 64-bit sizes, and a last box that goes on to the end of the file', () => {
    expect(judge(ftyp, moov, longBox('mdat', 50))).toMatchObject({ ok: true });
    expect(judge(ftyp, moov, box('mdat', 50, 0))).toMatchObject({ ok: true });
  });

  it('takes what follows a box without a size as its content', () => {
    expect(judge(ftyp, box('mdat', 50, 0), moov)).toEqual({
      ok: false,
      reason: 'the file has no "moov" box: its index is missing, the recording was not finished',
    });
  });

  it('says how much of a file that was cut short is missing', () => {
    const whole = Buffer.concat([ftyp, moov, mdat]);

    expect(walk(whole.subarray(0, whole.length - 1000)).verdict).toEqual({
      ok: false,
      reason: 'the file ends in the middle of its "mdat" box: 1000 bytes are missing',
    });
  });

  it.each([
    ['an empty file', [], 'the file is empty'],
    ['a text', [Buffer.from('Once upon a time')], notMp4()],
    ['seven bytes', [Buffer.alloc(7)], '7 stray bytes follow the last box'],
    ['media first', [mdat, ftyp, moov], notMp4()],
    ['no media', [ftyp, moov], 'the file has no "mdat" box: there is no media in it'],
    [
      'stray bytes at the end',
      [ftyp, moov, mdat, Buffer.alloc(3)],
      '3 stray bytes follow the last box',
    ],
    ['zeros at the end', [ftyp, moov, mdat, Buffer.alloc(40)], 'there is no box at byte 2140'],
    ['a box smaller than its head', [ftyp, box('moov', 9, 7)], absurd('moov')],
    ['a long box smaller than its head', [ftyp, longBox('moov', 9, 15n)], absurd('moov')],
    ['a long box beyond any file', [ftyp, longBox('mdat', 9, 1n << 63n)], absurd('mdat')],
    [
      'half of a long head',
      [ftyp, box('mdat', 4, 1)],
      'the file ends in the head of its "mdat" box',
    ],
  ])('refuses %s', (_, boxes, reason) => {
    expect(judge(...boxes)).toEqual({ ok: false, reason });
  });

  it('reads no more than the heads', () => {
    const { bytesRead, headsRead } = walk(Buffer.concat([ftyp, moov, mdat]));

    expect({ bytesRead, headsRead }).toEqual({ bytesRead: 48, headsRead: 3 });
  });

  it('gives up on a file of endlessly many boxes', () => {
    const boxes = walkBoxes(Number.MAX_SAFE_INTEGER);
    const [first, other] = [ftyp.subarray(0, 16), Buffer.concat([box('free', 0), box('free', 0)])];
    let step = boxes.next();
    for (let count = 0; !step.done; count += 1) step = boxes.next(count === 0 ? first : other);

    expect(step.value).toEqual({
      ok: false,
      reason: `the file has more than ${boxCountMax} boxes`,
    });
  });

  it.each([
    ['clip.mp4', true, false],
    ['moov-last.mp4', false, false],
    ['fragmented.mp4', true, true],
  ])('accepts %s', (name, faststart, fragmented) => {
    const file = readFileSync(new URL(`../fixtures/${name}`, import.meta.url));

    expect(walk(file).verdict).toEqual({ ok: true, faststart, fragmented });
  });
});

function notMp4(): string {
  return 'this is not an mp4 file: it does not begin with an "ftyp" box';
}

function absurd(type: string): string {
  return `the "${type}" box at byte 24 has a size that cannot be`;
}
