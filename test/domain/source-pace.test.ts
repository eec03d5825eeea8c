import { describe, expect, it } from 'vitest';
import { chunkBytes } from '../../src/domain/chunk-plan.js';
import { millis } from '../../src/domain/ids.js';
import {
  arrivedAt,
  askedAt,
  expectedChunkMs,
  heldAt,
  knownPace,
  letGoAt,
  rested,
  unknownChunkMs,
  unknownPace,
} from '../../src/domain/source-pace.js';

describe('source pace', () => {
  it('takes the first chunk as it comes and smooths those after it', () => {
    const first = arrivedAt(askedAt(unknownPace, millis(1000)), millis(1100), chunkBytes);
    const second = arrivedAt(first, millis(1300), chunkBytes);

    expect(first.chunkMs).toBe(100);
    expect(second.chunkMs).toBe(140);
  });

  it('counts a keeper that stops sending as slow as it has been silent', () => {
    const pace = arrivedAt(askedAt(unknownPace, millis(0)), millis(100), chunkBytes);

    expect(expectedChunkMs(pace, millis(150))).toBe(100);
    expect(expectedChunkMs(pace, millis(5100))).toBe(5000);
  });

  it('expects no wonders of a keeper that nobody has heard of', () => {
    const asked = askedAt(unknownPace, millis(1000));

    expect(expectedChunkMs(unknownPace, millis(1000))).toBe(unknownChunkMs);
    expect(expectedChunkMs(asked, millis(1010))).toBe(unknownChunkMs);
    expect(expectedChunkMs(asked, millis(2000))).toBe(1000);
    expect(expectedChunkMs(knownPace(40), millis(1000))).toBe(40);
  });

  it('takes what a short chunk took for what a whole one would have taken', () => {
    const asked = askedAt(unknownPace, millis(0));

    expect(arrivedAt(asked, millis(100), chunkBytes / 4).chunkMs).toBeCloseTo(340, 0);
    expect(arrivedAt(asked, millis(100), 1).chunkMs).toBeCloseTo(1700, 0);
  });

  it('lets the time of a keeper stand still while there is no memory for its chunk', () => {
    const held = heldAt(askedAt(unknownPace, millis(0)), millis(300));
    const arrived = arrivedAt(letGoAt(held, millis(5_300)), millis(5_350), chunkBytes);

    expect(expectedChunkMs(held, millis(5_000))).toBe(300);
    expect(arrived.chunkMs).toBe(350);
    expect(letGoAt(rested(held), millis(6_000))).toEqual(unknownPace);
  });

  it('holds no silence against a keeper of which nothing is asked', () => {
    const pace = rested(arrivedAt(askedAt(unknownPace, millis(0)), millis(100), chunkBytes));

    expect(expectedChunkMs(pace, millis(9999))).toBe(100);
  });
});
