import { describe, expect, it } from 'vitest';
import { wallMs } from '../../../src/domain/ids.js';
import { beside, drop, dropAside, dropped, stored, verified } from './replica-builders.js';
import { entry, f1, k1, k2, k3, k4, type TableUnderTest, types } from './table-under-test.js';

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
    ['one of them cannot be read', (table: TableUnderTest) => verified(table, k3, 'unreadable')],
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

  it('leaves the row of a quarantined replica as it is when only that is to go', () => {
    const table = stored([k1, k2, k3, k4]);
    verified(table, k4, 'quarantined');
    table.takeNotices();

    expect(dropAside(table, k4)).toEqual({ agreed: true });

    expect(table.replicas()).toContain('k4 quarantined 1');
    expect(table.takeNotices()).toEqual([]);
  });

  it('L4: agrees that bad bytes go beside a sound replica that stays and counts', () => {
    const table = beside();

    expect(dropAside(table, k3)).toEqual({ agreed: true });

    expect(table.replicas()).toEqual(['k1 sound 1', 'k2 sound 1', 'k3 sound 1, aside']);
  });

  it.each([
    ['the target is not met', (_: TableUnderTest) => undefined, [k1, k3]],
    ['one of those is set aside too', (table) => verified(table, k2, 'quarantined'), [k1, k2, k3]],
    ['nothing is set aside', (table) => dropped(table, k3, true), [k1, k2, k3]],
    ['its keeper has started again', (table) => table.admit(k3, 2), [k1, k2, k3]],
  ] as [string, (table: TableUnderTest) => unknown, (typeof k1)[]][])(
    'S7: does not agree that bad bytes go when %s',
    (_, change, others) => {
      const table = beside();
      change(table);

      expect(dropAside(table, k3, others)).toMatchObject({ agreed: false });
    },
  );

  it('does not take the sound replica beside bad bytes for one that stays when it goes itself', () => {
    const table = beside();

    expect(drop(table, k3, [k1, k2, k3])).toMatchObject({ agreed: false });
    table.copyTo(k4);
    expect(drop(table, k3, [k1, k2, k4])).toEqual({ agreed: true });

    expect(table.replicas()).toContain('k3 dropping 1, aside');
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

    expect(dropped(table, k4)).toEqual({ doubtful: [] });

    expect(table.replicas()).toEqual(['k1 sound 1', 'k2 sound 1', 'k3 sound 1']);
  });

  it('of bad bytes takes the row of a quarantined replica out', () => {
    const table = stored([k1, k2, k3, k4]);
    verified(table, k4, 'quarantined');
    dropAside(table, k4);

    dropped(table, k4, true);

    expect(table.replicas()).toEqual(['k1 sound 1', 'k2 sound 1', 'k3 sound 1']);
  });

  it('L4: of bad bytes beside a sound replica leaves that, however often it comes', () => {
    const table = beside();
    dropAside(table, k3);

    dropped(table, k3, true);
    dropped(table, k3, true);

    expect(table.replicas()).toEqual(['k1 sound 1', 'k2 sound 1', 'k3 sound 1']);
  });

  it('of bad bytes does not end a drop of the whole replica', () => {
    const table = beside();
    table.copyTo(k4);
    drop(table, k3, [k1, k2, k4]);

    dropped(table, k3, true);

    expect(table.replicas()).toContain('k3 dropping 1');
  });

  it('S38: of bad bytes does not confirm that a deleted file is off the disk', () => {
    const table = beside();
    table.ask('remove file', { name: 'a', at: wallMs(9) });

    dropped(table, k3, true);

    expect(table.ask('drops due', { keeper: k3, limit: 10 }).fileIds).toEqual([f1]);
  });

  it('takes out no sound replica that was not agreed to be dropped, and says that it may be gone', () => {
    const table = stored([k1, k2]);

    expect(dropped(table, k2)).toEqual({ doubtful: [f1] });

    expect(table.replicas()).toEqual(['k1 sound 1', 'k2 sound 1']);
  });

  it('of an older start changes nothing', () => {
    const table = stored([k1, k2]);
    table.admit(k2, 2);
    table.inventory(k2, 2, [entry]);

    const late = { keeper: k2, incarnation: 1, fileIds: [f1], quarantinedOnly: false };

    expect(table.refusal('record dropped', late)).toBe('stale');
    expect(table.replicas()).toEqual(['k1 sound 1', 'k2 sound 2']);
  });
});

describe('deletions that a keeper tells of', () => {
  const told = (keeper: typeof k1) => ({ keeper, incarnation: 1, fileIds: [f1], at: wallMs(9) });

  it('S26: delete nothing from a table that was never made again', () => {
    const table = stored([k1, k2, k3]);
    const before = table.disk.commit;

    expect(table.ask('take deletions', told(k1))).toEqual({ heeded: false });

    expect(table.disk.commit).toBe(before);
    expect(table.replicas()).toEqual(['k1 sound 1', 'k2 sound 1', 'k3 sound 1']);
  });

  it('S26: delete nothing once the keeper has been taken in', () => {
    const table = stored([k1, k2, k3]);
    table.ask('begin term', { termId: 'again', rebuilt: true });
    table.ask('close inventory', { keeper: k1, incarnation: 1, takenIn: true });

    expect(table.ask('take deletions', told(k1))).toEqual({ heeded: false });
    expect(table.ask('find file', { name: 'a' })).not.toBeNull();

    expect(table.ask('take deletions', told(k2))).toEqual({ heeded: true });
    expect(table.ask('find file', { name: 'a' })).toBeNull();
  });
});
