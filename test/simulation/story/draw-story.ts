/**
 * How fast-check draws stories: first the cluster and which kinds of things happen at all, then
 * what happens when. A run in which only some kinds happen comes further with each of them.
 */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { type ClusterShape, keepersMax } from '../cluster/cluster-shape.js';
import { faults } from '../faults/all-faults.js';
import type { Happening } from './happening.js';
import { happenings } from './happenings.js';
import { operations } from './operations.js';
import type { Step, Story } from './story.js';

export interface StoryOptions {
  /** In the cluster; drawn when absent. */
  readonly keepers?: number;
  /** Kinds of faults to choose from; all of them when absent. */
  readonly kinds?: readonly string[];
  /** Kinds of operations; all of them when absent. */
  readonly calls?: readonly string[];
  /** How many names are used; all of them when absent. */
  readonly names?: number;
  /** Operations come within so long of each other; spread over the faults when absent. */
  readonly burstMs?: number;
  readonly budget?: Story['budget'];
}

const callsMax = 60;
const strikesMax = 20;
/** Of faults, in half of the runs: what takes one of them twice, or two that meet, is found sooner. */
const fewKinds = 5;

const someKeepers = fc.oneof(
  fc.integer({ min: 1, max: keepersMax }),
  fc.integer({ min: 3, max: 5 }),
);

const drawShape = (keepers: fc.Arbitrary<number>): fc.Arbitrary<ClusterShape> =>
  fc
    .record({
      keepers,
      clients: fc.integer({ min: 1, max: 4 }),
      replicas: fc.oneof(fc.constant(3), fc.integer({ min: 1, max: 5 })),
      acks: fc.integer({ min: 1, max: 3 }),
      suspectAfterMs: fc.constantFrom(100, 300, 1_000, 3_000, 10_000),
      lostFactor: fc.constantFrom(2, 3, 4),
      repairEveryMs: fc.constantFrom(50, 200, 1_000, 3_000),
      diskBytes: fc.oneof(
        { weight: 3, arbitrary: fc.constant(100_000_000) },
        { weight: 1, arbitrary: fc.integer({ min: 200_000, max: 2_000_000 }) },
      ),
      diskSlowness: fc.constantFrom(0.01, 0.1, 1, 1, 3, 10),
      networkSlowness: fc.constantFrom(0.01, 0.1, 1, 1, 3, 10),
      patienceMs: fc.constantFrom(1_000, 5_000, 30_000),
      scrubEveryMs: fc.constantFrom(undefined, 1_000, 5_000, 20_000, 60_000),
    })
    .map(({ acks, lostFactor, scrubEveryMs, ...drawn }) => ({
      ...drawn,
      ...(scrubEveryMs !== undefined && { scrubEveryMs }),
      acks: Math.min(acks, drawn.replicas, drawn.keepers),
      lostAfterMs: drawn.suspectAfterMs * lostFactor,
    }));

export function drawStory(options: StoryOptions = {}): fc.Arbitrary<Story> {
  const { kinds, budget, keepers } = options;
  for (const kind of kinds ?? [])
    assert(happenings.has(kind), `nothing is known of a fault "${kind}"`);
  const choice = faults.filter(({ kind }) => kinds?.includes(kind) ?? true);
  const budgets = budget === undefined ? (['within', 'within', 'over'] as const) : [budget];
  return fc
    .record({
      shape: drawShape(keepers === undefined ? someKeepers : fc.constant(keepers)),
      budget: fc.constantFrom(...budgets),
      faultsMs: fc.integer({ min: 5_000, max: 40_000 }),
    })
    .chain(({ faultsMs, ...drawn }) =>
      fc.record({
        ...constants(drawn),
        faultsMs: fc.constant(faultsMs),
        seed: fc.nat(0xffff_ffff),
        steps: drawSteps(
          choice.filter((fault) => isWithin(fault, drawn.budget)),
          faultsMs,
          options,
        ),
      }),
    );
}

const isWithin = (fault: Happening, budget: Story['budget']): boolean =>
  budget === 'over' || fault.budget === 'within';

function drawSteps(
  choice: readonly Happening[],
  faultsMs: number,
  { calls, names, burstMs = faultsMs }: StoryOptions,
): fc.Arbitrary<readonly Step[]> {
  const chosen = operations.filter(({ kind }) => calls?.includes(kind) ?? true);
  const asked = fc.oneof(...chosen.map((call) => drawStep(call, Math.min(burstMs, faultsMs))));
  const strikes = (kinds: readonly Happening[]): fc.Arbitrary<readonly Step[]> =>
    kinds.length === 0
      ? fc.constant([])
      : fc.array(fc.oneof(...kinds.map((kind) => drawStep(kind, faultsMs))), {
          maxLength: strikesMax,
          size: 'max',
        });
  const few = fc.subarray([...choice], { maxLength: Math.min(choice.length, fewKinds) });
  return fc
    .oneof(fc.subarray([...choice]), few)
    .chain((kinds) =>
      fc.tuple(fc.array(asked, { minLength: 1, maxLength: callsMax, size: 'max' }), strikes(kinds)),
    )
    .map(([some, others]) =>
      [...some, ...others]
        .toSorted((one, other) => one.atMs - other.atMs)
        .map((step, at) => withOwnTag(withName(step, names), at)),
    );
}

const drawStep = ({ kind, weight, params }: Happening, lastMs: number) => ({
  weight,
  arbitrary: fc.record({
    // Not more of them at the beginning than later.
    atMs: fc.noBias(fc.integer({ min: 0, max: lastMs })),
    kind: fc.constant(kind),
    params,
  }),
});

const withName = (step: Step, names: number | undefined): Step =>
  names === undefined || step.params['name'] === undefined
    ? step
    : { ...step, params: { ...step.params, name: Number(step.params['name']) % names } };

/** No two uploads have the same bytes, so that each can be told from the other. */
const withOwnTag = (step: Step, at: number): Step =>
  step.kind === 'put' ? { ...step, params: { ...step.params, tag: at } } : step;

const constants = <Values extends object>(values: Values) =>
  Object.fromEntries(Object.entries(values).map(([name, value]) => [name, fc.constant(value)])) as {
    [Name in keyof Values]: fc.Arbitrary<Values[Name]>;
  };
