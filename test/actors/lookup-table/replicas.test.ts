import { describe, expect, it } from 'vitest';
import { wallMs } from '../../../src/domain/ids.js';
import { drop, stored, verified } from './replica-builders.js';
import { bad, entry, f1, k1, k2, k3, k4, report } from './table-under-test.js';

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

  it('puts a good copy in the place of a quarantined one, whose bytes are still set aside', () => {
    const table = stored([k1, k2]);
    verified(table, k2, 'quarantined');
    expect(table.replicas()).toEqual(['k1 sound 1', 'k2 quarantined 1']);

    table.copyTo(k2);

    expect(table.replicas()).toEqual(['k1 sound 1', 'k2 sound 1, aside']);
    expect(table.ask('list keepers', null).map((keeper) => keeper.replicas)).toEqual([1, 1, 0, 0]);
  });

  it('does not call off a drop that was agreed to, when it is a report made once more', () => {
    const table = stored([k1, k2, k3, k4]);
    drop(table);

    expect(table.copyTo(k4)).toEqual({ accepted: true });

    expect(table.replicas()).toContain('k4 dropping 1');
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
    ['quarantined', 'sound', ['k1 sound 1', 'k2 sound 1, aside']],
    ['quarantined', 'absent', ['k1 sound 1']],
  ] as const)('makes a %s replica that was found %s %j', (before, outcome, rows) => {
    const table = stored([k1, k2]);
    if (before === 'quarantined') verified(table, k2, 'quarantined');

    verified(table, k2, outcome);

    expect(table.replicas()).toEqual(rows);
  });

  it.each([
    ['set aside', 'quarantined', ['k1 sound 1', 'k2 quarantined 1']],
    ['sound', 'sound', ['k1 sound 1']],
    ['absent', 'absent', ['k1 sound 1']],
  ] as const)('of a keeper without a row that found it %s makes %j', (_, outcome, rows) => {
    const table = stored([k1]);
    table.admit(k2);

    verified(table, k2, outcome);

    expect(table.replicas()).toEqual(rows);
  });

  it('S29: keeps a replica that cannot be read, and the time at which its bytes last matched', () => {
    const table = stored([k1]);
    verified(table, k1, 'sound', 100);

    verified(table, k1, 'unreadable', 200);
    verified(table, k1, 'unreadable', 300);

    expect(table.ask('find file', { fileId: f1 })?.replicas).toEqual([
      { keeper: k1, incarnation: 1, standing: 'sound', verifiedAt: 100, unreadable: true },
    ]);
  });

  it.each([
    ['sound', 'k1 sound 1'],
    ['quarantined', 'k1 quarantined 1'],
  ] as const)(
    'says no more that it cannot be read of a replica that was read and is %s',
    (outcome, row) => {
      const table = stored([k1]);
      verified(table, k1, 'unreadable');

      verified(table, k1, outcome);

      expect(table.replicas()).toEqual([row]);
      expect(table.ask('find file', { fileId: f1 })?.replicas[0]).not.toHaveProperty('unreadable');
    },
  );

  it('S29: does not take an inventory, which reads no bytes, for a reading', () => {
    const table = stored([k1]);
    verified(table, k1, 'unreadable');
    table.admit(k1, 2);
    const page = { keeper: k1, incarnation: 2, entries: [entry], collect: true, at: wallMs(9) };

    table.ask('take inventory', page);

    expect(table.ask('find file', { fileId: f1 })?.replicas).toMatchObject([
      { incarnation: 2, standing: 'sound', unreadable: true },
    ]);
  });

  it('leaves what is set aside or to go as it is when it cannot be read', () => {
    const table = stored([k1, k2, k3, k4]);
    drop(table);
    verified(table, k3, 'quarantined');
    const before = table.ask('find file', { fileId: f1 });

    verified(table, k3, 'unreadable');
    verified(table, k4, 'unreadable');

    expect(table.ask('find file', { fileId: f1 })).toEqual(before);
  });

  it('keeps the time at which the bytes last matched', () => {
    const table = stored([k1]);

    verified(table, k1, 'sound', 100);
    verified(table, k1, 'quarantined', 200);

    expect(table.ask('find file', { fileId: f1 })?.replicas).toMatchObject([{ verifiedAt: 100 }]);
  });

  it('keeps in mind what is set aside, until that is all there is', () => {
    const table = stored([k1, k2]);
    verified(table, k2, 'quarantined');
    table.copyTo(k2);

    verified(table, k2, 'sound');
    expect(table.replicas()).toContain('k2 sound 1, aside');
    verified(table, k2, 'quarantined');

    expect(table.replicas()).toContain('k2 quarantined 1');
  });

  it.each(['sound', 'quarantined'] as const)('of %s bytes calls off no drop', (outcome) => {
    const table = stored([k1, k2, k3, k4]);
    drop(table);

    verified(table, k4, outcome);

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
