import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type KeeperId, keeperId } from '../../src/domain/ids.js';
import {
  claimantsMax,
  claimRange,
  createRangeQueue,
  deliver,
  isFinished,
  isUseful,
  type RangeQueue,
  refuse,
  release,
  takeOver,
} from '../../src/domain/range-queue.js';
import { seed } from '../seed.js';

const keepers = ['a', 'b', 'c'].map(keeperId);

describe(`range queue (seed ${seed})`, () => {
  it('has every chunk in exactly one place, with one or two claimants, whatever happens', () => {
    fc.assert(
      fc.property(chunkCounts, histories, (chunks, history) => {
        const run = start(chunks);

        for (const step of history) {
          apply(run, step);

          expect(placesOf(run).sort((a, b) => a - b)).toEqual(indexes(chunks));
          expect(run.queue.claimed).toSatisfy(hasOneOrTwoEach);
        }
      }),
      { seed },
    );
  });

  it('delivers every chunk exactly once when one keeper stays sound after any history', () => {
    fc.assert(
      fc.property(chunkCounts, histories, (chunks, history) => {
        const run = start(chunks);
        for (const step of history) apply(run, step);
        fetchTheRest(run);

        expect(isFinished(run.queue)).toBe(true);
        expect([...run.delivered].sort((a, b) => a - b)).toEqual(indexes(chunks));
      }),
      { seed },
    );
  });

  it('never gives a chunk again to a keeper whose bytes of it were wrong', () => {
    fc.assert(
      fc.property(chunkCounts, histories, (chunks, history) => {
        const run = start(chunks);
        const refused = new Set<string>();

        for (const step of history) {
          apply(run, step);
          if (step.type === 'refuse') refused.add(`${step.keeper} ${step.index}`);

          const claims = keepers.flatMap((keeper) =>
            claimsOf(run.queue, keeper).map((index) => `${keeper} ${index}`),
          );
          expect(claims.filter((claim) => refused.has(claim))).toEqual([]);
        }
      }),
      { seed },
    );
  });

  it('calls a keeper useful exactly while some chunk is left that it has not spoilt', () => {
    fc.assert(
      fc.property(chunkCounts, histories, (chunks, history) => {
        const run = start(chunks);

        for (const step of history) {
          apply(run, step);

          const useful = keepers.filter((keeper) => isUseful(run.queue, keeper));
          expect(useful).toEqual(keepers.filter((keeper) => mayStillDeliver(run, chunks, keeper)));
        }
      }),
      { seed },
    );
  });
});

type Step =
  | { readonly type: 'claim'; readonly keeper: KeeperId; readonly count: number }
  | { readonly type: 'take over'; readonly keeper: KeeperId }
  | { readonly type: 'deliver'; readonly keeper: KeeperId; readonly index: number }
  | { readonly type: 'refuse'; readonly keeper: KeeperId; readonly index: number }
  | { readonly type: 'release'; readonly keeper: KeeperId };

interface Run {
  queue: RangeQueue;
  readonly delivered: number[];
}

const chunksMax = 20;
const chunkCounts = fc.integer({ min: 0, max: chunksMax });
const keeper = fc.constantFrom(...keepers);
const index = fc.nat(chunksMax - 1);
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      type: fc.constant('claim'),
      keeper,
      count: fc.integer({ min: 1, max: 4 }),
    }),
  },
  fc.record({ type: fc.constant('take over'), keeper }),
  { weight: 4, arbitrary: fc.record({ type: fc.constant('deliver'), keeper, index }) },
  fc.record({ type: fc.constant('refuse'), keeper, index }),
  fc.record({ type: fc.constant('release'), keeper }),
) as fc.Arbitrary<Step>;
const histories = fc.array(step, { maxLength: 60 });

const start = (chunks: number): Run => ({
  queue: createRangeQueue([{ first: 0, count: chunks }]),
  delivered: [],
});

/** A delivery or a refusal comes only from a keeper that claims the chunk. */
function apply(run: Run, step: Step): void {
  switch (step.type) {
    case 'claim':
      run.queue = claimRange(run.queue, step.keeper, {
        countMax: step.count,
        before: Number.POSITIVE_INFINITY,
      }).queue;
      return;
    case 'take over':
      run.queue = takeOver(run.queue, step.keeper, slowBut(step.keeper), chunksMax).queue;
      return;
    case 'release':
      run.queue = release(run.queue, step.keeper);
      return;
    case 'deliver': {
      if (!run.queue.claimed.get(step.index)?.includes(step.keeper)) return;
      const { queue, claimants } = deliver(run.queue, step.index);
      run.queue = queue;
      if (claimants.length > 0) run.delivered.push(step.index);
      return;
    }
    case 'refuse':
      run.queue = refuse(run.queue, step.keeper, step.index);
  }
}

/** All but one keeper give up, and that one makes no mistakes. */
function fetchTheRest(run: Run): void {
  for (const keeper of keepers) apply(run, { type: 'release', keeper });
  const sound = keeperId('sound');
  for (let turn = 0; turn < chunksMax; turn += 1) {
    apply(run, { type: 'claim', keeper: sound, count: 4 });
    for (const index of claimsOf(run.queue, sound))
      apply(run, { type: 'deliver', keeper: sound, index });
  }
}

const slowBut =
  (fast: KeeperId) =>
  (one: KeeperId): number =>
    one === fast ? 10 : 1000;

function placesOf({ queue, delivered }: Run): number[] {
  const pending = queue.pending.flatMap(({ first, count }) =>
    indexes(count).map((offset) => first + offset),
  );
  return [...pending, ...queue.claimed.keys(), ...delivered];
}

const mayStillDeliver = ({ queue, delivered }: Run, chunks: number, keeper: KeeperId): boolean =>
  indexes(chunks).some(
    (index) => !delivered.includes(index) && !queue.refused.get(index)?.includes(keeper),
  );

const hasOneOrTwoEach = (claimed: RangeQueue['claimed']): boolean =>
  [...claimed.values()].every(
    (claimants) =>
      claimants.length >= 1 &&
      claimants.length <= claimantsMax &&
      new Set(claimants).size === claimants.length,
  );

const claimsOf = (queue: RangeQueue, keeper: KeeperId): number[] =>
  [...queue.claimed].filter(([, claimants]) => claimants.includes(keeper)).map(([one]) => one);

const indexes = (count: number): number[] => Array.from({ length: count }, (_, at) => at);
