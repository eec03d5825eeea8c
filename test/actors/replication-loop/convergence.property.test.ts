import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { FileRecord } from '../../../src/domain/file-record.js';
import { type KeeperId, keeperId } from '../../../src/domain/ids.js';
import { fileOf, idOf } from '../../domain/replication-builders.js';
import { seed } from '../../seed.js';
import { SimulatedCluster } from './simulated-cluster.js';

const names = ['a', 'b', 'c', 'd', 'e', 'f'];

describe(`replication loop in a simulated cluster (seed ${seed})`, () => {
  it('brings every file that somebody has to its target, whatever crashes and returns', () => {
    fc.assert(
      fc.property(layout, fc.array(fault, { maxLength: 12 }), ({ keepers, files }, faults) => {
        const cluster = new SimulatedCluster(
          keepers.map(keeperId),
          files.map(({ holders, target }, number) => fileOf(number, holders, { target })),
        );
        for (const { kind, on, forMs } of faults) {
          strike(cluster, keeperId(keepers[on % keepers.length] ?? 'a'), kind);
          cluster.run(forMs);
        }

        cluster.run(120_000);

        for (const file of cluster.table.values()) expectHealed(cluster, file);
        expect(cluster.counts).toMatchObject({ copiesInFlight: 0, surplus: 0, settled: true });
      }),
      { seed, numRuns: 60, examples: [tooManyMissing, tooManyParked] },
    );
  });

  it('lets a file whose copies always fail hold up no other', () => {
    const files = Array.from({ length: 40 }, (_, number) => fileOf(number, ['a', 'd']));
    const cluster = new SimulatedCluster(['a', 'b', 'c', 'd'].map(keeperId), files);
    for (const number of [0, 1, 2, 3, 4]) cluster.cursed.add(idOf(number));

    cluster.run(60_000);

    const whole = [...cluster.table.values()].filter((file) => cluster.liveOf(file) === 3);
    expect(whole).toHaveLength(35);
    expect(cluster.counts?.belowTarget).toBe(5);
  });

  it('lets a keeper on which copies always fail hold up nothing', () => {
    const files = Array.from({ length: 40 }, (_, number) => fileOf(number, ['a', 'd']));
    const cluster = new SimulatedCluster(['a', 'b', 'c', 'd'].map(keeperId), files);
    cluster.cursed.add(keeperId('b'));

    cluster.run(60_000);

    expect([...cluster.table.values()].every((file) => cluster.liveOf(file) === 3)).toBe(true);
  });
});

function expectHealed(cluster: SimulatedCluster, file: FileRecord): void {
  const up = [...cluster.keepers.values()].filter((keeper) => keeper.isUp);
  const isHeld = up.some((keeper) => keeper.disk.has(file.fileId));
  const wanted = isHeld ? Math.min(file.target, up.length) : 0;
  expect(cluster.liveOf(file)).toBe(wanted);
  const aside = up.filter((keeper) => keeper.aside.has(file.fileId));
  if (wanted === file.target) expect(aside, 'L4 nothing is left aside').toEqual([]);
}

// Builders

type Fault = 'crash' | 'kept' | 'wiped' | 'rot';

function strike(cluster: SimulatedCluster, keeper: KeeperId, kind: Fault) {
  if (kind === 'crash') cluster.crash(keeper);
  else if (kind === 'rot') cluster.rot(keeper);
  else cluster.restart(keeper, kind);
}

type History = [
  { keepers: string[]; files: { holders: string[]; target: number }[] },
  { kind: Fault; on: number; forMs: number }[],
];

const held = (holders: string, target: number) => ({ holders: [...holders], target });

/** More files in need than are kept in mind, most of which nobody has any more. */
const tooManyMissing: History = [
  {
    keepers: ['a', 'b', 'c', 'd'],
    files: [
      held('b', 2),
      held('d', 1),
      held('ab', 1),
      held('b', 2),
      held('c', 1),
      held('c', 1),
      held('c', 1),
      held('b', 2),
      held('d', 1),
    ],
  },
  [
    { kind: 'crash', on: 2, forMs: 10 },
    { kind: 'crash', on: 3, forMs: 10 },
    { kind: 'crash', on: 0, forMs: 970 },
    { kind: 'wiped', on: 2, forMs: 10 },
  ],
];

/** The same, and for most of the others there is no keeper to copy them to. */
const tooManyParked: History = [
  {
    keepers: ['a', 'b', 'c', 'd'],
    files: [
      held('b', 2),
      held('c', 2),
      held('c', 2),
      held('b', 2),
      held('a', 3),
      held('cd', 3),
      held('cd', 3),
      held('b', 3),
      held('cd', 3),
    ],
  },
  [
    { kind: 'crash', on: 3, forMs: 10 },
    { kind: 'crash', on: 0, forMs: 10 },
    { kind: 'kept', on: 0, forMs: 250 },
    { kind: 'crash', on: 1, forMs: 10 },
    { kind: 'crash', on: 0, forMs: 950 },
    { kind: 'wiped', on: 5, forMs: 10 },
  ],
];

const fault = fc.record({
  kind: fc.constantFrom<Fault[]>('crash', 'crash', 'kept', 'wiped', 'rot'),
  on: fc.nat(5),
  forMs: fc.integer({ min: 1, max: 400 }).map((steps) => steps * 10),
});

const layout = fc.integer({ min: 2, max: names.length }).chain((count) => {
  const keepers = names.slice(0, count);
  const file = fc.record({
    holders: fc.subarray(keepers, { minLength: 1 }),
    target: fc.integer({ min: 1, max: 4 }),
  });
  return fc.record({
    keepers: fc.constant(keepers),
    files: fc.array(file, { minLength: 1, maxLength: 20 }),
  });
});
