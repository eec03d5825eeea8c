import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { FileRecord } from '../../../src/domain/file-record.js';
import type { Service } from '../cluster/service.js';
import { keeperPort, keeperRoot, type SimCluster } from '../cluster/sim-cluster.js';
import { Budget } from '../story/budget.js';
import type { Arena } from '../story/happening.js';
import { type LinkFault, sound } from '../world/network/link-faults.js';
import { createQuietCluster } from './a-cluster.js';
import { faults } from './all-faults.js';
import { machinesOf } from './machines.js';

const within = faults.filter(({ budget }) => budget === 'within');

const strikes = fc.array(
  fc.oneof(...within.map((fault) => fault.params.map((params) => ({ fault, params })))),
  { maxLength: 12, size: 'max' },
);

/** Longer than whatever lasts. */
const afterAllMs = 200_000;

describe('faults within the budget', () => {
  it('leave each file one sound replica, and one that dropping surplus cannot take once all is put right', async () => {
    await fc.assert(
      fc.asyncProperty(strikes, async (struck) => {
        const arena = createArena('within');

        for (const { fault, params } of struck) fault.happen(params, arena);

        for (const file of filesOf(arena.cluster))
          expect(anywhere(arena.cluster, file)).not.toBe(0);
        await arena.cluster.stage.kernel.run(afterAllMs);
        for (const file of filesOf(arena.cluster))
          expect(unsound(arena.cluster, file)).toBeLessThan(file.target);
      }),
      { numRuns: 200 },
    );
  });

  it('end by themselves, but for those that wait for the healing', async () => {
    await fc.assert(
      fc.asyncProperty(strikes, async (struck) => {
        const passing = struck.filter(({ params }) => params['lastsMs'] !== 0);
        const arena = createArena('within');
        const { cluster, budget } = arena;
        const identities = cluster.keepers.map(identityOf);

        for (const { fault, params } of passing) fault.happen(params, arena);
        await cluster.stage.kernel.run(afterAllMs);

        expect(cluster.keepers.map(knobsOf)).toEqual(cluster.keepers.map(() => soundKnobs));
        expect(cluster.keepers.some((keeper) => budget.isMisplaced(keeper))).toBe(false);
        for (const [at, keeper] of cluster.keepers.entries())
          expect([identities[at], undefined]).toContain(identityOf(keeper));
        expect(linkFaultsOf(cluster)).toEqual([]);
      }),
      { numRuns: 100 },
    );
  });

  it.each(within.map((fault) => [fault.kind, fault] as const))(
    'of the kind %s are told as a clause, or do not happen',
    (_, fault) => {
      fc.assert(
        fc.property(fault.params, (params) => {
          const told = fault.happen(params, createArena('over'));

          expect(told ?? 'nothing').toMatch(/^\S.*[^.\s]$/);
          expect(told ?? '').not.toMatch(/undefined|NaN|\[object/);
        }),
        { numRuns: 20 },
      );
    },
  );
});

function createArena(kind: 'within' | 'over'): Arena {
  const cluster = createQuietCluster();
  return { cluster, budget: new Budget(cluster, kind) };
}

const filesOf = (cluster: SimCluster): readonly FileRecord[] => [
  ...(cluster.table()?.files.values() ?? []),
];

const isSound = (cluster: SimCluster, keeper: Service | undefined, file: FileRecord): boolean => {
  const content = cluster.contentOf(file.digest);
  if (content === undefined || keeper === undefined) return false;
  return cluster.replica(keeper, file.fileId, content) === 'sound';
};

/** Machines that have the bytes, whoever's disk they lie on. */
const anywhere = (cluster: SimCluster, file: FileRecord): number =>
  cluster.keepers.filter((keeper) => isSound(cluster, keeper, file)).length;

/** Replicas in the table that are not sound on the disk. */
const unsound = (cluster: SimCluster, file: FileRecord): number =>
  file.replicas.filter(({ keeper }) => !isSound(cluster, cluster.keeperOf(keeper), file)).length;

const identityOf = ({ box }: Service): string | undefined =>
  box.disk.written(`${keeperRoot}/keeper.json`)?.toString();

const soundKnobs = [1, false, false, false, 0];

function knobsOf({ box }: Service): readonly unknown[] {
  const { slowness, full, stuck, unmounted, shortProbability } = box.disk.faults;
  return [slowness, full, stuck, unmounted, shortProbability];
}

function linkFaultsOf(cluster: SimCluster): readonly LinkFault[] {
  const addresses = machinesOf(cluster).map(({ address }) => address);
  return addresses
    .flatMap((from) => addresses.map((to) => cluster.stage.network.faults.of(from, to, keeperPort)))
    .filter((fault) => !isDeepStrictEqual(fault, sound));
}
