import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { InventoryEntry, ManifestFacts } from '../../../src/actors/lookup-table/messages.js';
import { clusterId, type FileId, fileId, keeperId, wallMs } from '../../../src/domain/ids.js';
import { seed } from '../../seed.js';
import { checkIndexesAgreeS10 } from './table-checkers.js';
import {
  digestOf,
  entry,
  good,
  k1,
  k2,
  k3,
  TableUnderTest,
  u1,
  uploadIdOf,
} from './table-under-test.js';

describe('a table that is made again', () => {
  it('makes a file of what a keeper holds, as its manifest says', () => {
    const table = rebuilt();

    takeIn(table, k1, [found(1, 'films/a.mp4', 7)]);

    expect(table.ask('find file', { name: 'films/a.mp4' })).toEqual({
      fileId: f1,
      uploadId: uploadIdOf(1),
      name: 'films/a.mp4',
      size: 10,
      digest: digestOf(1),
      createdAt: 7,
      target: 3,
      mp4: { kind: 'not mp4' },
      replicas: [{ keeper: k1, incarnation: 1, standing: 'sound', verifiedAt: 0 }],
    });
    checkIndexesAgreeS10(table.disk);
  });

  it.each([
    ['no name', ''],
    ['a name that leads out', '../x.mp4'],
    ['a control character in its name', 'a\u0007.mp4'],
  ])('finds a place for a file with %s', (_, name) => {
    const table = rebuilt();

    takeIn(table, k1, [found(1, name, 7)]);

    expect(namesOf(table)).toEqual({ [`recovered/${f1}.mp4`]: f1 });
  });

  it('keeps a name that an upload has reserved for that upload', () => {
    const table = rebuilt();
    admit(table, k2);
    table.reserve({ name: 'a.mp4', newFileId: f2, keeper: k2 });

    takeIn(table, k1, [found(1, 'a.mp4', 99)]);
    table.store({ fileId: f2, keeper: k2 });

    expect(namesOf(table)).toEqual({ 'a.mp4': f2, 'a.11111111.mp4': f1 });
    checkIndexesAgreeS10(table.disk);
  });

  it('S1: commits an upload whose report went to a table that was lost', () => {
    const table = new TableUnderTest();
    table.admit(k1);
    table.reserve({ name: 'a.mp4', newFileId: f1 });
    begin(table, true);

    takeIn(table, k1, [{ ...found(1, 'a.mp4', 5), uploadId: u1 }]);

    expect(namesOf(table)).toEqual({ 'a.mp4': f1 });
    expect(table.ask('find upload', { uploadId: u1 })).toMatchObject({ acked: true });
    checkIndexesAgreeS10(table.disk);
  });

  it('S1: adopts what came of an upload that ended here, when a lost table may have committed it', () => {
    const table = new TableUnderTest();
    table.admit(k1);
    table.reserve({ name: 'a.mp4', newFileId: f1 });
    begin(table, true);
    table.nowMs = 60_000;
    table.ask('tick', null);
    const told = table.takeNotices();

    takeIn(table, k1, [{ ...found(1, 'a.mp4', 5), uploadId: u1 }]);

    expect(told.map(({ type }) => type)).not.toContain('discard due');
    expect(namesOf(table)).toEqual({ 'a.mp4': f1 });
  });

  it('S19: gives nothing back of an upload that failed for certain', () => {
    const table = new TableUnderTest();
    table.admit(k1);
    table.reserve({ name: 'a.mp4', newFileId: f1 });
    table.ask('abandon upload', { uploadId: u1, error: { code: 'unavailable', detail: 'gone' } });
    begin(table, true);

    takeIn(table, k1, [{ ...found(1, 'a.mp4', 5), uploadId: u1 }]);

    expect(namesOf(table)).toEqual({});
    const due = table.ask('drops due', { keeper: k1, limit: 9 });
    expect(due).toEqual({ fileIds: [f1], deleted: [], replaced: [] });
  });

  it('S35: gives no file back that a keeper remembers as deleted, and takes it off the others', () => {
    const table = rebuilt();
    takeIn(table, k1, [found(1, 'a.mp4', 7)]);

    takeIn(table, k2, [], [f1]);
    takeIn(table, k3, [found(1, 'a.mp4', 7)]);

    expect(namesOf(table)).toEqual({});
    for (const keeper of [k1, k3])
      expect(table.ask('drops due', { keeper, limit: 9 })).toEqual({
        fileIds: [f1],
        deleted: [f1],
        replaced: [],
      });
    checkIndexesAgreeS10(table.disk);
  });

  it('S26: collects nothing of a keeper before it was taken in, and garbage again after', () => {
    const table = rebuilt();
    admit(table, k1);
    const { facts: _, ...bare } = found(1, 'a.mp4', 7);

    const before = table.inventory(k1, 1, [bare], true);
    table.ask('close inventory', { keeper: k1, incarnation: 1, takenIn: true });
    const after = table.inventory(k1, 1, [bare, { ...entry, fileId: f2, quarantined: true }], true);

    expect(before.unknown).toEqual([bare]);
    expect(after.unknown.map(({ fileId }) => fileId)).toEqual([f2]);
    expect(table.ask('drops due', { keeper: k1, limit: 9 }).fileIds).toEqual([f1]);
  });

  it('S4: doubts a second keeper that has other bytes of the same file', () => {
    const table = rebuilt();
    takeIn(table, k1, [found(1, 'a.mp4', 7)]);
    admit(table, k2);

    const { doubtful } = table.inventory(k2, 1, [
      { ...found(1, 'a.mp4', 7), digest: good, size: 11 },
    ]);

    expect(doubtful).toEqual([f1]);
  });
});

describe('a keeper that is to be taken in', () => {
  it('S39: raises the table above what it has seen, and does so once', () => {
    const table = rebuilt();
    const seen = { highestEpoch: 40, highestCommit: 900, terms: [{ termId: 'lost', commit: 900 }] };
    const asked = { ...admission, seen };

    const first = table.ask('admit keeper', asked);
    const identity = table.ask('sum up', null);
    const terms = [...seen.terms, { termId: 'again', commit: 901 }];
    table.ask('admit keeper', { ...asked, seen: { highestEpoch: 41, highestCommit: 901, terms } });

    expect(first).toEqual({ incarnation: 1, toBeTakenIn: true });
    expect(identity).toMatchObject({ epoch: 41 });
    expect(identity.commit).toBeGreaterThanOrEqual(900);
    expect(table.ask('sum up', null).epoch).toBe(41);
  });

  it('gives an empty table its cluster; until one comes, new ones wait, and then others are refused', () => {
    const table = rebuilt();
    const { clusterId: _, ...isNew } = admission;
    const own = clusterId('a'.repeat(32));

    const early = table.refusal('admit keeper', isNew);
    table.ask('admit keeper', { ...admission, keeper: k2, clusterId: own });

    expect(early).toBe('unavailable');
    expect(table.ask('sum up', null).clusterId).toBe(own);
    expect(table.refusal('admit keeper', admission)).toBe('not-allowed');
    expect(table.refusal('admit keeper', isNew)).toBe('accepted');
  });

  it('is taken in once for each time that the table is made again', () => {
    const table = rebuilt();
    const isDue = () => table.ask('admit keeper', admission).toBeTakenIn;

    const due = [isDue()];
    table.ask('close inventory', { keeper: k1, incarnation: 1, takenIn: true });
    due.push(isDue());
    begin(table, false, 'later');
    due.push(isDue());
    begin(table, true, 'once more');
    due.push(isDue());

    expect(due).toEqual([true, false, false, true]);
  });
});

describe(`names that are given back (seed ${seed})`, () => {
  it('are the same, in whatever order keepers come, and no file is lost', () => {
    const disk = fc.uniqueArray(fc.nat(7), { maxLength: 8 });
    const world = fc.record({
      files: fc.array(
        fc.record({ name: fc.constantFrom('a.mp4', 'b', 'c/d.mp4'), at: fc.nat(3) }),
        {
          minLength: 8,
          maxLength: 8,
        },
      ),
      disks: fc.tuple(disk, disk, disk),
      deleted: fc.tuple(disk, disk, disk),
      order: fc.shuffledSubarray([0, 1, 2], { minLength: 3 }),
    });
    fc.assert(
      fc.property(world, ({ files, disks, deleted, order }) => {
        const comeInOrder = (places: readonly number[]) => {
          const table = rebuilt();
          for (const at of places) {
            const gone = new Set(deleted[at]);
            const here = (disks[at] ?? []).filter((number) => !gone.has(number));
            const entries = here.map((number) =>
              found(number, files[number]?.name ?? '', files[number]?.at ?? 0),
            );
            takeIn(table, keepers[at] ?? k1, entries, [...gone].map(idOf));
            checkIndexesAgreeS10(table.disk);
          }
          return namesOf(table);
        };
        const gone = new Set(deleted.flat());
        const living = new Set(disks.flat().filter((number) => !gone.has(number)));

        const names = comeInOrder([0, 1, 2]);

        expect(comeInOrder(order)).toEqual(names);
        expect(Object.values(names).toSorted()).toEqual([...living].map(idOf).toSorted());
      }),
      { seed, numRuns: 200 },
    );
  }, 60_000);
});

/** Ids that differ in their first digits, as those that are drawn do. */
const idOf = (number: number): FileId => fileId(number.toString(16).repeat(32));
const f1 = idOf(1);
const f2 = idOf(2);
const keepers = [k1, k2, k3];

const admission = {
  keeper: keeperId('k1'),
  clusterId: clusterId('c'.repeat(32)),
  incarnation: 1,
  startId: 'start 1',
  address: 'k1:7001',
  seen: { highestEpoch: 0, highestCommit: 0, terms: [] },
  isDoubted: false,
  isHeard: false,
  at: wallMs(1),
};

function rebuilt(): TableUnderTest {
  const table = new TableUnderTest();
  begin(table, true);
  return table;
}

function begin(table: TableUnderTest, isRebuilt: boolean, termId = 'again'): void {
  table.ask('begin term', { termId, rebuilt: isRebuilt });
}

function admit(table: TableUnderTest, keeper: typeof k1): void {
  table.ask('admit keeper', { ...admission, keeper, address: `${keeper}:7001` });
}

function takeIn(
  table: TableUnderTest,
  keeper: typeof k1,
  entries: readonly InventoryEntry[],
  deleted: readonly FileId[] = [],
): void {
  admit(table, keeper);
  const by = { keeper, incarnation: 1, at: wallMs(9) };
  table.ask('take deletions', { ...by, fileIds: deleted });
  table.inventory(keeper, 1, entries);
  table.ask('close inventory', { keeper, incarnation: 1, takenIn: true });
}

function found(number: number, name: string, createdAt: number): InventoryEntry {
  const facts: ManifestFacts = {
    name,
    createdAt: wallMs(createdAt),
    target: 3,
    mp4: { kind: 'not mp4' },
  };
  const fileId = idOf(number);
  return { ...entry, fileId, uploadId: uploadIdOf(number), digest: digestOf(number), facts };
}

function namesOf(table: TableUnderTest): Readonly<Record<string, FileId>> {
  const { files } = table.ask('list files', { prefix: '', after: '', limit: 100 });
  return Object.fromEntries(files.map(({ name, fileId }) => [name, fileId]));
}
