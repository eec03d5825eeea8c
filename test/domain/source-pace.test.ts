import { describe, expect, it } from 'vitest';
import { millis } from '../../src/domain/ids.js';
import {
  arrivedAt,
  askedAt,
  expectedChunkMs,
  heldAt,
  letGoAt,
  rested,
  unknownPace,
} from '../../src/domain/source-pace.js';

describe('source pace', () => {
  it('takes the first chunk as it comes and smooths those after it', () => {
    const first = arrivedAt(askedAt(unknownPace, millis(1000)), millis(1100));
    const second = arrivedAt(first, millis(1300));

    expect(first.chunkMs).toBe(100);
    expect(second.chunkMs).toBe(140);
  });

  it('counts a keeper that stops sending as slow as it has been silent', () => {
    const pace = arrivedAt(askedAt(unknownPace, millis(0)), millis(100));

    expect(expectedChunkMs(pace, millis(150))).toBe(100);
    expect(expectedChunkMs(pace, millis(5100))).toBe(5000);
  });

  it('expects the best of a keeper that was just asked for the first time', () => {
    expect(expectedChunkMs(askedAt(unknownPace, millis(1000)), millis(1010))).toBe(10);
  });

  it('lets the time of a keeper stand still while there is no memory for its chunk', () => {
    const held = heldAt(askedAt(unknownPace, millis(0)), millis(100));
    const arrived = arrivedAt(letGoAt(held, millis(5_100)), millis(5_150));

    expect(expectedChunkMs(held, millis(5_000))).toBe(100);
    expect(arrived.chunkMs).toBe(150);
    expect(letGoAt(rested(held), millis(6_000))).toEqual(unknownPace);
  });

  it('holds no silence against a keeper of which nothing is asked', () => {
    const pace = rested(arrivedAt(askedAt(unknownPace, millis(0)), millis(100)));

    expect(expectedChunkMs(pace, millis(9999))).toBe(100);
  });
});
