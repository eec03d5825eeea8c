import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CopiesInFlight } from '../../src/domain/copies-in-flight.js';
import type { FileRecord, ReplicaRecord } from '../../src/domain/file-record.js';
import { keeperId, millis, wallMs } from '../../src/domain/ids.js';
import { KeeperTroubles } from '../../src/domain/keeper-troubles.js';
import type { KeeperView } from '../../src/domain/keeper-view.js';
import { judgeNeed, takeCensus } from '../../src/domain/replica-census.js';
import { resolveReplicationLimits } from '../../src/domain/replication-limits.js';
import { planCopy, planDrop } from '../../src/domain/replication-plan.js';
import { seed } from '../seed.js';
import { fileOf, replicaOn, viewOf, viewsOf } from './replication-builders.js';

const rotten = (name: string) => replicaOn(name, { standing: 'quarantined' });
const beside = (name: string) => replicaOn(name, { aside: true });

describe('planCopy', () => {
  it('L1, L9: copies to the keeper of a quarantined replica when no other could take it', () => {
    expect(copyTo(['a', 'b', rotten('c')], ['a', 'b', 'c'])).toBe('c');
  });

  it('L1, S29: makes a replica again elsewhere that its keeper cannot read', () => {
    const unread = replicaOn('c', { unreadable: true });

    expect(copyTo(['a', 'b', unread], ['a', 'b', 'c', 'd'])).toBe('d');
    expect(copyTo(['a', 'b', unread], ['a', 'b', 'c'])).toBe('no keeper');
    const file = fileOf(1, ['a', 'b', unread]);
    const census = takeCensus(file, viewsOf(viewOf('a'), viewOf('b'), viewOf('c')));
    expect(judgeNeed(file, census)).toMatchObject({ live: 2, wanted: 1, unwanted: 0 });
  });

  it.each([
    ['has not said what it holds', { state: 'joining', inventory: 'awaited' }],
    ['can not say all that it holds', { state: 'alive', inventory: 'awaited' }],
    ['is suspect', { state: 'suspect' }],
  ] as const)('L9: does not wait for an unreadable replica whose keeper %s', (_, given) => {
    const file = fileOf(1, ['a', 'b', replicaOn('c', { unreadable: true })]);

    const census = takeCensus(file, viewsOf(viewOf('a'), viewOf('b'), viewOf('c', given)));

    expect(judgeNeed(file, census)).toMatchObject({ live: 2, isBelowTarget: true, wanted: 1 });
  });

  it.each(['joining', 'alive'] as const)(
    'L1, S29: copies without a keeper that is %s and cannot read all of its disk, and drops nothing for it',
    (state) => {
      const views = [
        viewOf('a'),
        viewOf('b'),
        viewOf('c', { state, inventory: 'partial' }),
        viewOf('d'),
      ];
      const file = fileOf(1, ['a', 'b', 'c']);

      const census = takeCensus(file, viewsOf(...views));

      expect(judgeNeed(file, census)).toMatchObject({
        live: 2,
        wanted: 1,
        surplus: 0,
        unwanted: 0,
      });
      expect(copyTo(['a', 'b', 'c'], views)).toBe('d');
    },
  );

  it('prefers a keeper that has nothing of the file, however busy', () => {
    const views = [viewOf('a'), viewOf('b'), viewOf('c'), viewOf('d', { transfers: 9 })];

    expect(copyTo(['a', 'b', rotten('c')], views)).toBe('d');
  });

  it.each([
    ['has no room', { freeBytes: 10 }, 'c'],
    ['has a sick disk', { diskSuspect: true }, 'c'],
    ['is lost', { state: 'lost' }, 'c'],
  ] as const)('does not wait for a fresh keeper that %s', (_, given, expected) => {
    const views = [viewOf('a'), viewOf('b'), viewOf('c'), viewOf('d', given)];

    expect(copyTo(['a', 'b', rotten('c')], views)).toBe(expected);
  });

  it('L11: does not wait for a fresh keeper on which every copy fails', () => {
    const failing = new KeeperTroubles({ firstMs: 1_000, maxMs: 60_000, failuresMax: 2 });
    for (let failure = 0; failure < 2; failure += 1) failing.noteFailure(keeperId('d'), millis(0));

    expect(copyTo(['a', 'b', rotten('c')], ['a', 'b', 'c', 'd'], failing)).toBe('c');
  });

  it.each([
    ['suspect', { state: 'suspect' }, 'no keeper'],
    ['not reported', { inventory: 'awaited' }, 'no keeper'],
    ['full', { freeBytes: 10 }, 'no room'],
  ] as const)('copies to no keeper of a quarantined replica that is %s', (_, given, expected) => {
    const views = [viewOf('a'), viewOf('b'), viewOf('c', given)];

    expect(copyTo(['a', 'b', rotten('c')], views)).toBe(expected);
  });

  it('copies to none whose replica is being dropped', () => {
    const leaving = replicaOn('c', { standing: 'dropping' });

    expect(copyTo(['a', 'b', leaving], ['a', 'b', 'c'])).toBe('no keeper');
  });
});

describe('a sound replica beside bad bytes', () => {
  it('counts as live, and its file is in need only of their dropping', () => {
    const file = fileOf(1, ['a', 'b', beside('c')]);
    const need = judgeNeed(file, takeCensus(file, views(['a', 'b', 'c'])));

    expect(need).toMatchObject({ live: 3, isBelowTarget: false, surplus: 0, leaving: 0 });
    expect(need.unwanted).toBe(1);
  });

  it('has them dropped when the target is met, itself counted', () => {
    expect(dropOf(['a', 'b', beside('c')], ['a', 'b', 'c'])).toEqual({
      keeper: 'c',
      incarnation: 1,
      why: 'quarantined',
      staying: ['a', 'b', 'c'],
    });
  });

  it('S7: keeps them while the target is not met by keepers that are alive', () => {
    const others = [viewOf('a'), viewOf('b', { state: 'suspect' }), viewOf('c')];

    expect(dropOf(['a', 'b', beside('c')], others)).toBeUndefined();
  });

  it.each([
    ['suspect', { state: 'suspect' }],
    ['not reported', { inventory: 'awaited' }],
  ] as const)('keeps them while its keeper is %s', (_, given) => {
    const all = [viewOf('a'), viewOf('b'), viewOf('d'), viewOf('c', given)];

    expect(dropOf(['a', 'b', 'd', beside('c')], all)).toBeUndefined();
  });

  it('L6: holds up no surplus with them', () => {
    const plan = dropOf(['a', 'b', 'd', beside('c')], ['a', 'b', 'c', 'd']);

    expect(plan?.why).toBe('surplus');
    expect(plan?.staying).toHaveLength(3);
  });

  it('waits with them until a replica that is quarantined without one is gone', () => {
    const plan = dropOf(['a', 'b', beside('c'), rotten('d')], ['a', 'b', 'c', 'd']);

    expect(plan).toMatchObject({ keeper: 'd', why: 'quarantined' });
  });
});

describe('the replica of a surplus that goes', () => {
  it('S27: is the one that was verified longest ago, however much room its keeper has', () => {
    const holders = [verified('a', 3), verified('b', 1), verified('c', 4), verified('d', 2)];
    const roomy = [viewOf('a', { freeBytes: 1 }), viewOf('b'), viewOf('c'), viewOf('d')];

    expect(dropOf(holders, roomy)).toMatchObject({ keeper: 'b', staying: ['d', 'a', 'c'] });
  });

  it('is one that was never verified before all others', () => {
    const holders = [verified('a', 1), verified('b', 1), verified('c', 0), verified('d', 1)];

    expect(dropOf(holders, ['a', 'b', 'c', 'd'])?.keeper).toBe('c');
  });

  it('is the one on the keeper with least room of those verified at the same time', () => {
    const tight = [viewOf('a'), viewOf('b', { freeBytes: 1 }), viewOf('c'), viewOf('d')];

    expect(dropOf(['a', 'b', 'c', 'd'], tight)?.keeper).toBe('b');
    expect(dropOf(['a', 'b', 'c', 'd'], ['a', 'b', 'c', 'd'])?.keeper).toBe('d');
  });

  it('S27: is the same in whatever order the rows and the keepers come', () => {
    const row = fc.record({ at: fc.nat(2), freeBytes: fc.nat(2) });
    const cluster = fc.array(row, { minLength: 4, maxLength: 6 });
    fc.assert(
      fc.property(cluster, fc.nat(), (rows, turn) => {
        const names = rows.map((_, index) => `k${index}`);
        const holders = rows.map(({ at }, index) => verified(names[index] ?? '', at));
        const keepers = rows.map(({ freeBytes }, index) =>
          viewOf(names[index] ?? '', { freeBytes }),
        );
        const by = turn % rows.length;
        const turned = <Item>(items: readonly Item[]) => [
          ...items.slice(by),
          ...items.slice(0, by),
        ];

        const plan = dropOf(holders, keepers);

        expect(dropOf(turned(holders), turned(keepers))).toEqual(plan);
        const gone = holders.find(({ keeper }) => keeper === plan?.keeper);
        expect(gone?.verifiedAt).toBe(Math.min(...holders.map(({ verifiedAt }) => verifiedAt)));
      }),
      { seed },
    );
  });
});

// Builders

const verified = (name: string, at: number) => replicaOn(name, { verifiedAt: wallMs(at) });

type Holders = readonly (string | ReplicaRecord)[];
type Keepers = readonly (string | KeeperView)[];

const views = (keepers: Keepers) =>
  viewsOf(...keepers.map((keeper) => (typeof keeper === 'string' ? viewOf(keeper) : keeper)));

/** The destination, or why there is none. */
function copyTo(holders: Holders, keepers: Keepers, failing?: KeeperTroubles): string {
  const file: FileRecord = fileOf(1, holders);
  const limits = resolveReplicationLimits({});
  const { backoffFirstMs: firstMs, keeperBackoffMaxMs: maxMs, keeperFailuresMax } = limits;
  const troubles =
    failing ?? new KeeperTroubles({ firstMs, maxMs, failuresMax: keeperFailuresMax });
  const around = { views: views(keepers), copies: new CopiesInFlight(), troubles, limits };
  const plan = planCopy(file, takeCensus(file, around.views), around, millis(1));
  return plan.plan === 'copy' ? plan.destination : plan.plan;
}

function dropOf(holders: Holders, keepers: Keepers) {
  const file = fileOf(1, holders);
  const plan = planDrop(file, takeCensus(file, views(keepers)), views(keepers));
  return plan && { ...plan, staying: plan.staying.map(({ keeper }) => String(keeper)) };
}
