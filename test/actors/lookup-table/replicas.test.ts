import { describe, expect, it } from 'vitest';
import { wallMs } from '../../../src/domain/ids.js';
import {
  bad,
  entry,
  f1,
  k1,
  k2,
  k3,
  k4,
  report,
  TableUnderTest,
  types,
} from './table-under-test.js';

describe('record stored of a copy', () => {
  it.each([
    ['with the right bytes', {}, { accepted: true }],
    ['with other bytes', { digest: bad }, { accepted: false }],
    ['with another size', { size: 11 }, { accepted: false }],
    ['of a file that is not there', { fileId: 'f'.repeat(32) as typeof f1 }, { accepted: false }],
  ] as const)('%s is %j', (_, change, expected) => {
    const table = stored([k1]);
    const { uploadId: _upload, ...copy } = report;

    expect(table.ask('record stored', { ...copy, keeper: k2, ...change })).toMatchObject(expected);
  });

  it('puts a good copy in the place of a quarantined one of the same keeper', () => {
    const table = stored([k1, k2]);
    verified(table, k2, 'quarantined');
    expect(table.replicas()).toEqual(['k1 sound 1', 'k2 quarantined 1']);

    table.copyTo(k2);

    expect(table.replicas()).toEqual(['k1 sound 1', 'k2 sound 1']);
    expect(table.ask('list keepers', null).map((keeper) => keeper.replicas)).toEqual([1, 1, 0, 0]);
  });

  it('is not accepted once the file was removed, though it was under way before', () => {
    const table = stored([k1]);
    table.ask('remove file', { name: 'a', at: wallMs(9) });

    expect(table.copyTo(k2)).toMatchObject({ accepted: false, reason: 'the file was deleted' });
  });
});

describe('record verified', () => {
  it.each([
    ['sound', 'sound', ['k1 sound 1', 'k2 sound 1']],
    ['sound', 'quarantined', ['k1 sound 1', 'k2 quarantined 1']],
    ['sound', 'absent', ['k1 sound 1']],
    ['quarantined', 'sound', ['k1 sound 1', 'k2 sound 1']],
    ['quarantined', 'absent', ['k1 sound 1']],
  ] as const)('makes a %s replica that was found %s %j', (before, outcome, rows) => {
    const table = stored([k1, k2]);
    if (before === 'quarantined') verified(table, k2, 'quarantined');

    verified(table, k2, outcome);

    expect(table.replicas()).toEqual(rows);
  });

  it('keeps the time at which the bytes last matched', () => {
    const table = stored([k1]);

    verified(table, k1, 'sound', 100);
    verified(table, k1, 'quarantined', 200);

    expect(table.ask('find file', { fileId: f1 })?.replicas).toMatchObject([{ verifiedAt: 100 }]);
  });

  it('does not call off a drop that was agreed to', () => {
    const table = stored([k1, k2, k3, k4]);
    drop(table);

    verified(table, k4, 'sound');

    expect(table.replicas()).toContain('k4 dropping 1');
  });

  it.each([
    ['of an older start', k2, 1],
    ['of a keeper without a replica', k3, 1],
  ] as const)('%s changes nothing', (_, keeper, incarnation) => {
    const table = stored([k1, k2]);
    table.admit(k2, 2);

    table.ask('record verified', {
      keeper,
      incarnation,
      fileId: f1,
      outcome: 'absent',
      at: wallMs(9),
    });

    expect(table.replicas()).toEqual(['k1 sound 1', 'k2 sound 1']);
    expect(table.takeNotices()).toEqual([]);
  });
});

describe('agree to drop', () => {
  it('agrees while the target of others are sound, and marks the replica', () => {
    const table = stored([k1, k2, k3, k4]);

    expect(drop(table)).toEqual({ agreed: true });

    expect(table.replicas()).toEqual(['k1 sound 1', 'k2 sound 1', 'k3 sound 1', 'k4 dropping 1']);
    expect(types(table.takeNotices())).toEqual(['file changed']);
  });

  it('agrees to the same drop again', () => {
    const table = stored([k1, k2, k3, k4]);
    drop(table);

    expect(drop(table)).toEqual({ agreed: true });
  });

  it('does not let two drops rest on each other', () => {
    const table = stored([k1, k2, k3, k4]);
    drop(table);

    expect(drop(table, k3, [k1, k2, k4])).toMatchObject({ agreed: false });
  });

  it.each([
    ['one of them is set aside', (table: TableUnderTest) => verified(table, k3, 'quarantined')],
    ['one of them is gone', (table: TableUnderTest) => verified(table, k3, 'absent')],
    ['one of them has started again', (table: TableUnderTest) => table.admit(k3, 2)],
    ['the keeper itself has started again', (table: TableUnderTest) => table.admit(k4, 2)],
  ])('does not agree when %s', (_, change) => {
    const table = stored([k1, k2, k3, k4]);
    change(table);

    expect(drop(table)).toMatchObject({ agreed: false });

    expect(table.replicas()).not.toContain('k4 dropping 1');
  });

  it('guards a quarantined replica in the same way', () => {
    const table = stored([k1, k2, k3, k4]);
    verified(table, k4, 'quarantined');

    expect(drop(table, k4, [k1, k2])).toMatchObject({ agreed: false });
    expect(drop(table)).toEqual({ agreed: true });
  });

  it('does not agree for a file or a replica that is not there', () => {
    const table = stored([k1, k2, k3]);

    expect(drop(table)).toMatchObject({ agreed: false });

    table.ask('remove file', { name: 'a', at: wallMs(9) });
    expect(drop(table, k3, [k1, k2])).toMatchObject({ agreed: false });
  });
});

describe('record dropped', () => {
  it('takes the row of a dropped replica out', () => {
    const table = stored([k1, k2, k3, k4]);
    drop(table);

    table.ask('record dropped', { keeper: k4, incarnation: 1, fileIds: [f1] });

    expect(table.replicas()).toEqual(['k1 sound 1', 'k2 sound 1', 'k3 sound 1']);
  });

  it('of an older start changes nothing', () => {
    const table = stored([k1, k2]);
    table.admit(k2, 2);
    table.inventory(k2, 2, [entry]);

    const late = { keeper: k2, incarnation: 1, fileIds: [f1] };

    expect(table.refusal('record dropped', late)).toBe('stale');
    expect(table.replicas()).toEqual(['k1 sound 1', 'k2 sound 2']);
  });
});

function stored(keepers: readonly (typeof k1)[]): TableUnderTest {
  const table = new TableUnderTest();
  for (const keeper of [k1, k2, k3, k4]) table.admit(keeper);
  table.storeFile(keepers);
  return table;
}

function verified(
  table: TableUnderTest,
  keeper: typeof k1,
  outcome: 'sound' | 'quarantined' | 'absent',
  atMs = 50,
): void {
  table.ask('record verified', { keeper, incarnation: 1, fileId: f1, outcome, at: wallMs(atMs) });
}

function drop(table: TableUnderTest, keeper = k4, others = [k1, k2, k3]) {
  const staying = others.map((other) => ({ keeper: other, incarnation: 1 }));
  return table.ask('agree to drop', { fileId: f1, keeper, incarnation: 1, staying });
}
