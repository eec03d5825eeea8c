import { describe, expect, it } from 'vitest';
import { type KeeperId, keeperId, millis } from '../../src/domain/ids.js';
import { orderSources, type SourceHistory } from '../../src/domain/source-order.js';

const now = millis(100_000);

describe('the order in which keepers are asked', () => {
  it('takes turns among those that are alike', () => {
    const firsts = [0, 1, 2].map((rotation) => order({ a: {}, b: {}, c: {} }, rotation)[0]);

    expect(new Set(firsts)).toEqual(new Set(['a', 'b', 'c']));
  });

  it('takes a little faster for alike', () => {
    const histories = { a: { chunkMs: 10 }, b: { chunkMs: 12 } };

    expect(new Set([order(histories, 0)[0], order(histories, 1)[0]])).toEqual(new Set(['a', 'b']));
  });

  it.each([0, 1, 2])('asks a slow one last, whoever has the turn (%i)', (rotation) => {
    const histories = { a: { chunkMs: 10 }, slow: { chunkMs: 100 }, c: { chunkMs: 11 } };

    expect(order(histories, rotation).at(-1)).toBe('slow');
  });

  it('goes to the one with less to do', () => {
    expect(order({ a: { chunkMs: 10, inFlight: 3 }, b: { chunkMs: 15 } })).toEqual(['b', 'a']);
    expect(order({ a: { inFlight: 1 }, b: {} })).toEqual(['b', 'a']);
  });

  it('goes to a faster one with more to do while that is sooner', () => {
    expect(order({ a: { chunkMs: 10, inFlight: 2 }, b: { chunkMs: 100 } })).toEqual(['a', 'b']);
  });

  it('asks one that failed a moment ago last, however fast it was, and not for ever', () => {
    const failed = (ms: number): readonly string[] =>
      order({ a: { chunkMs: 1, failedAt: millis(now - ms) }, b: { chunkMs: 500 } });

    expect(failed(4_000)).toEqual(['b', 'a']);
    expect(failed(6_000)).toEqual(['a', 'b']);
  });

  it('gives one that was slow a try when nobody has asked it for a while', () => {
    const first = (ago: number): string | undefined =>
      order(
        { a: { chunkMs: 10, askedAt: now }, slow: { chunkMs: 900, askedAt: millis(now - ago) } },
        1,
      )[0];

    expect(first(9_000)).toBe('a');
    expect(first(11_000)).toBe('slow');
  });

  it('leaves out none', () => {
    expect(order({})).toEqual([]);
    expect([...order({ a: { failedAt: now }, b: { failedAt: now } })].sort()).toEqual(['a', 'b']);
  });
});

function order(
  histories: Readonly<Record<string, Partial<SourceHistory>>>,
  rotation = 0,
): readonly KeeperId[] {
  const sources = Object.keys(histories).map((name) => ({ keeper: keeperId(name) }));
  const historyOf = (keeper: KeeperId): SourceHistory => ({ inFlight: 0, ...histories[keeper] });
  return orderSources(sources, historyOf, now, rotation).map(({ keeper }) => keeper);
}
