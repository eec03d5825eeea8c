import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { TermBegun } from '../../src/domain/table-rows.js';
import { judgePast, type SeenBefore, type SeenInTerm } from '../../src/domain/term-line.js';
import { seed } from '../seed.js';

/**
 * A line of terms, the last of them present, each a few commits long; one of them is rebuilt. A
 * keeper has obeyed other masters first, and then some of the line, in order.
 */
const history = fc
  .record({
    lengths: fc.array(fc.integer({ min: 0, max: 5 }), { minLength: 2, maxLength: 8 }),
    foreign: fc.array(fc.integer({ min: 0, max: 99 }), { maxLength: 3 }),
    obeyed: fc.array(fc.boolean(), { minLength: 8, maxLength: 8 }),
    rebuiltAt: fc.nat(7),
  })
  .map(({ lengths, foreign, obeyed, rebuiltAt }) => {
    const rebuilt = rebuiltAt % lengths.length;
    const begun = lengths.map((_, at) => sum(lengths.slice(0, at)));
    const line = begun.map((beganAt, at): TermBegun => {
      const term = { termId: `t${at}`, beganAt };
      return at === rebuilt ? { ...term, rebuilt: true } : term;
    });
    const before = foreign.map((commit, at): SeenInTerm => ({ termId: `lost ${at}`, commit }));
    const seen = line
      .map(({ termId }, at): SeenInTerm => ({ termId, commit: begun[at + 1] ?? sum(lengths) }))
      .filter((_, at) => obeyed[at]);
    return { line, rebuilt, before, seen };
  });

describe(`a line of terms, one of which is rebuilt (seed ${seed})`, () => {
  it('S26: holds nothing against a keeper that it saw before it obeyed the rebuilt line', () => {
    fc.assert(
      fc.property(history, ({ line, rebuilt, before, seen }) => {
        const since = seen.filter(({ termId }) => placeOf(line, termId) >= rebuilt);
        const verdict = judgePast(seenBefore([...before, ...since]), line, opened(line));

        expect(verdict).not.toBe('later');
        if (since.length > 0) expect(verdict).toBe('had');
      }),
      { seed },
    );
  });

  it('S26: is found out when an older copy of it is put back, by a keeper that obeyed more of it', () => {
    fc.assert(
      fc.property(history, fc.nat(7), fc.boolean(), (drawn, cutAt, obeysTheCopy) => {
        const { line, rebuilt, before, seen } = drawn;
        const kept = line.slice(0, Math.max(rebuilt + 1, cutAt % line.length));
        const present = { termId: 'present', beganAt: kept.at(-1)?.beganAt ?? 0 };
        const copy = [...kept, present];
        const since = seen.filter(({ termId }) => placeOf(line, termId) >= rebuilt);
        const more = since.filter(
          ({ termId, commit }) => placeOf(kept, termId) < 0 || commit > present.beganAt,
        );
        const knows = since.some(({ termId }) => placeOf(kept, termId) >= rebuilt);

        const last = obeysTheCopy ? [{ termId: 'present', commit: present.beganAt }] : [];
        const all = seenBefore([...before, ...since, ...last]);

        const verdict = judgePast(all, copy, opened(copy));

        if (knows) expect(verdict).toBe(more.length > 0 ? 'later' : 'had');
        else expect(verdict).not.toBe('later');
      }),
      { seed },
    );
  });

  it('is judged by every term that a keeper remembers, where nothing was rebuilt', () => {
    fc.assert(
      fc.property(history, ({ line, before, seen }) => {
        const plain = line.map(({ termId, beganAt }) => ({ termId, beganAt }));

        const verdict = judgePast(seenBefore([...before, ...seen]), plain, opened(plain));

        expect(verdict).toBe(before.length > 0 ? 'later' : 'had');
      }),
      { seed },
    );
  });
});

const sum = (numbers: readonly number[]): number => numbers.reduce((all, one) => all + one, 0);

const placeOf = (line: readonly TermBegun[], termId: string): number =>
  line.findIndex((term) => term.termId === termId);

/** Numbers that say nothing: they are for keepers that remember no terms. */
const seenBefore = (terms: readonly SeenInTerm[]): SeenBefore => ({
  highestEpoch: 0,
  highestCommit: 0,
  terms,
});

const opened = (line: readonly TermBegun[]) => ({
  epoch: line.length,
  commit: line.at(-1)?.beganAt ?? 0,
});
