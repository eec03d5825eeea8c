import { describe, expect, it } from 'vitest';
import { type Mp4Facts, mp4FactsLimits, withinLimits } from '../../src/domain/mp4-facts.js';

const { tracksMax, textLengthMax } = mp4FactsLimits;

describe('facts of an mp4 that others tell', () => {
  it('are left as they are within the limits', () => {
    for (const facts of [film(tracksMax, textLengthMax), unread(textLengthMax), notMp4])
      expect(withinLimits(facts)).toEqual(facts);
  });

  it('are cut to them', () => {
    expect(withinLimits(film(10_000, 10_000))).toEqual(film(tracksMax, textLengthMax));
    expect(withinLimits(unread(10_000))).toEqual(unread(textLengthMax));
  });
});

const notMp4: Mp4Facts = { kind: 'not mp4' };

const unread = (length: number): Mp4Facts => ({
  kind: 'unreadable',
  faststart: true,
  reason: 'r'.repeat(length),
});

const film = (tracks: number, length: number): Mp4Facts => ({
  kind: 'mp4',
  durationMs: 1,
  faststart: true,
  fragmented: false,
  tracks: Array.from({ length: tracks }, () => ({
    type: 'video',
    codec: 'c'.repeat(length),
    width: 2,
    height: 2,
  })),
});
