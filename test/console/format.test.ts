import { describe, expect, it } from 'vitest';
import {
  agoText,
  amountText,
  baseName,
  clockText,
  codecText,
  heartbeatText,
  pictureText,
  sizeText,
  spanText,
} from '../../console/src/format.js';

describe('numbers and times for people', () => {
  it.each([
    [0, '0 B'],
    [0.4, '0 B'],
    [1023, '1023 B'],
    [1024, '1.0 KiB'],
    [1024 * 1023.96, '1.0 MiB'],
    [5 * 1024 ** 3, '5.0 GiB'],
    [2 ** 70, '1024.0 EiB'],
  ])('write %d bytes as %s', (bytes, written) => {
    expect(sizeText(bytes)).toBe(written);
  });

  it.each([
    [4_200, '0:04'],
    [65_000, '1:05'],
    [3_723_000, '1:02:03'],
  ])('write a film of %d ms as %s', (ms, written) => {
    expect(clockText(ms)).toBe(written);
  });

  it.each([
    [-5, '0 s'],
    [59_000, '59 s'],
    [61_000, '1 min'],
    [7_200_000, '2 h'],
    [3 * 86_400_000, '3 d'],
  ])('write %d ms as %s', (ms, written) => {
    expect(spanText(ms)).toBe(written);
  });

  it('say that a keeper beats, and count once it is late', () => {
    expect([heartbeatText(1_900), heartbeatText(8_000)]).toEqual(['just now', '8 s ago']);
  });

  it('say how long ago a replica was verified, and that it never was', () => {
    const now = Date.UTC(2026, 0, 2, 0, 10);

    expect(agoText('2026-01-02T00:00:00Z', now)).toBe('10 min ago');
    expect(agoText('2026-01-02T00:09:58Z', now)).toBe('just now');
    expect(agoText('1970-01-01T00:00:00.000Z', now)).toBe('never');
  });

  it('count one thing and several', () => {
    expect([amountText(1, 'chunk'), amountText(1_280, 'chunk')]).toEqual([
      '1 chunk',
      '1,280 chunks',
    ]);
  });

  it('name codecs by what people call them', () => {
    expect(['avc1.64001f', 'mp4a.40.2', 'hev1.1', 'xyz', ''].map(codecText)).toEqual([
      'H.264',
      'AAC',
      'H.265',
      'xyz',
      'unknown',
    ]);
  });

  it('tell the picture of a film, as far as it has one', () => {
    const film = { durationMs: 1, faststart: true };
    const video = { type: 'video', codec: 'avc1.64001f', width: 1280, height: 720 } as const;
    const audio = { type: 'audio', codec: 'mp4a.40.2' } as const;

    expect(pictureText({ ...film, tracks: [audio, video] })).toBe('H.264 1280 × 720');
    expect(pictureText({ ...film, tracks: [audio] })).toBe('');
    expect(pictureText(null)).toBe('');
  });

  it('take the last part of a name', () => {
    expect([baseName('a/b/c.mp4'), baseName('c.mp4')]).toEqual(['c.mp4', 'c.mp4']);
  });
});
