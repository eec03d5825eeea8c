import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { seed } from '../../seed.js';
import { storesByDefinition } from './exhaustive-check.js';
import { checkLinearizable } from './linearizability.js';
import { checkListings, readsOfLists } from './listing.js';
import type { Call, History, Operation, Outcome } from './operations.js';
import { rightHistories } from './random-history.js';

describe(`judgement of histories (seed ${seed})`, () => {
  it('accepts every history of a store that is right', () => {
    fc.assert(
      fc.property(rightHistories, (history) => {
        expect(checkLinearizable([...history, ...readsOfLists(history)])).toMatchObject({
          ok: true,
        });
        expect(checkListings(history)).toEqual({ ok: true });
      }),
      { seed, numRuns: 300 },
    );
  });

  it('refuses a history in which one read is changed to what was never there', () => {
    fc.assert(
      fc.property(rightHistories, fc.nat(), fc.nat(), (history, which, what) => {
        const reads = history.filter(isAnsweredRead);
        const read = reads[which % Math.max(1, reads.length)];
        fc.pre(read !== undefined);
        const wrong = neverThere(history, read);
        const outcome: Outcome = { type: 'saw', content: wrong[what % wrong.length] ?? 'nothing' };
        const changed = history.map((one) => (one === read ? { ...read, outcome } : one));

        expect(checkLinearizable(changed)).toMatchObject({ ok: false, why: 'violation' });
      }),
      { seed },
    );
  });

  it('agrees with the definition on any few operations', () => {
    fc.assert(
      fc.property(anyHistories, (history) => {
        const stores = storesByDefinition(history);
        const verdict = checkLinearizable(history);

        expect(verdict.ok).toBe(stores.length > 0);
        if (!verdict.ok) return;
        const finals = Array.from(verdict.finals.keys(), (name) => {
          const contents = stores.map((store) => store.get(name)?.content ?? null);
          return [name, new Set(contents)] as const;
        });
        expect(verdict.finals).toEqual(new Map(finals));
      }),
      { seed, numRuns: 2000 },
    );
  });
});

const isAnsweredRead = ({ call, outcome }: Operation): boolean =>
  (call.type === 'get' || call.type === 'stat') &&
  (outcome.type === 'saw' || (outcome.type === 'refused' && outcome.code === 'not-found'));

/** Nobody's content, that of a put which was refused, of one yet to come, and of other names if nothing was renamed. */
function neverThere(history: History, read: Operation): readonly string[] {
  const isRenamed = history.some(({ call }) => call.type === 'rename');
  const others = history.flatMap(({ call, name, outcome, invokedAt }) => {
    if (call.type !== 'put') return [];
    const isLater = read.returnedAt !== undefined && read.returnedAt < invokedAt;
    const isElsewhere = !isRenamed && name !== read.name;
    const isRefused = outcome.type === 'refused' && outcome.code === 'conflict';
    return isLater || isElsewhere || isRefused ? [call.content] : [];
  });
  return ['nothing', ...others];
}

const contents = ['v0', 'v1', 'v2', 'v3', 'v4'];
const name = fc.constantFrom('a', 'a', 'a', 'b');
const times = fc.tuple(fc.nat(20), fc.nat(12)).map(([from, forMs]) => [from, from + forMs]);
const replace = fc.boolean();
const refusal = (...codes: ('unavailable' | 'not-found' | 'unknown-outcome' | 'usage')[]) =>
  fc.constantFrom(...codes.map((code): Outcome => ({ type: 'refused', code })));
const done = fc.constant<Outcome>({ type: 'done' });

const calls: fc.Arbitrary<readonly [Call, Outcome]> = fc.oneof(
  fc.tuple(
    fc.record({ type: fc.constant('put' as const), content: fc.constant(''), replace }),
    fc.oneof(done, done, refusal('unavailable', 'not-found', 'unknown-outcome', 'usage')),
  ),
  fc.tuple(
    fc.constant<Call>({ type: 'get' }),
    fc.oneof(
      fc.constantFrom(...contents).map((content): Outcome => ({ type: 'saw', content })),
      refusal('not-found'),
    ),
  ),
  fc.tuple(
    fc.oneof(
      fc.constant<Call>({ type: 'remove' }),
      fc.constantFrom('a', 'b').map((to): Call => ({ type: 'rename', to })),
    ),
    fc.oneof(done, done, refusal('unavailable', 'not-found', 'unknown-outcome')),
  ),
);

/** Most are wrong. The put at place n writes content n. */
const anyHistories: fc.Arbitrary<History> = fc
  .array(fc.tuple(name, times, calls), { maxLength: contents.length + 1 })
  .map((sketches) =>
    sketches.map(([on, [invokedAt = 0, returnedAt = 0], [call, outcome]], id) => ({
      client: `c${id}`,
      id,
      name: on,
      invokedAt,
      returnedAt,
      call: call.type === 'put' ? { ...call, content: `v${id}` } : call,
      outcome,
    })),
  );
