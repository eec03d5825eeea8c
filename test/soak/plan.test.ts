import { describe, expect, it } from 'vitest';
import { acceptName } from '../../src/domain/names.js';
import { faults } from './faults/all-faults.js';
import { clientCount, drawErrands, drawStrikes, type Errand, pairs } from './plan.js';

const kinds = faults.map(({ kind }) => kind);

describe('the plan of a soak', () => {
  it('S52: is the same for the same seed, and another one for another', () => {
    expect(planOf(42)).toEqual(planOf(42));
    expect(planOf(42)).not.toEqual(planOf(43));
  });

  it('does not change at its beginning when the soak is longer', () => {
    const short = drawStrikes(7, kinds, 100_000);

    expect(drawStrikes(7, kinds, 1_800_000).slice(0, short.length)).toEqual(short);
  });

  it('strikes once in ten seconds, in every way before any comes again', () => {
    const strikes = drawStrikes(7, kinds, kinds.length * 10_000);

    expect(strikes.map(({ atMs }) => atMs)).toEqual(kinds.map((_, at) => 5_000 + at * 10_000));
    expect(strikes.map(({ kind }) => kind).toSorted()).toEqual(kinds.toSorted());
  });

  it('has forty names that a cluster takes as they are', () => {
    const names = pairs.flat();

    expect(new Set(names).size).toBe(40);
    expect(names.map((name) => acceptName(name))).toEqual(
      names.map((name) => ({ ok: true, name })),
    );
  });

  it('never gives two puts the same bytes, or more acks than replicas', () => {
    const puts = everyErrand(9, 300).flatMap(({ task }) => (task.type === 'put' ? [task] : []));

    expect(new Set(puts.map(({ tint }) => tint)).size).toBe(puts.length);
    expect(puts.filter(({ acks, target }) => acks > target)).toEqual([]);
  });
});

const planOf = (seed: number) => ({
  errands: everyErrand(seed, 100),
  strikes: drawStrikes(seed, kinds, 1_800_000),
});

const everyErrand = (seed: number, each: number): readonly Errand[] =>
  Array.from({ length: clientCount }, (_, client) => drawErrands(seed, client)).flatMap((errands) =>
    Array.from({ length: each }, () => errands.next().value),
  );
