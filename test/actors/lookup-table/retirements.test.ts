import { describe, expect, it } from 'vitest';
import { wallMs } from '../../../src/domain/ids.js';
import { stored } from './replica-builders.js';
import { f1, k1, k2, k3, type TableUnderTest } from './table-under-test.js';

describe('a keeper that is retired', () => {
  it('has no replica any more, and the file is told of', () => {
    const table = stored([k1, k2, k3]);
    table.takeNotices();

    expect(table.ask('retire keeper', { keeper: k3, incarnation: 1 })).toEqual({
      replicas: 1,
      last: 0,
      more: false,
    });

    expect(table.replicas()).toEqual(['k1 sound 1', 'k2 sound 1']);
    expect(table.takeNotices().map(({ type }) => type)).toEqual(['file changed']);
    expect(recordOf(table)).toMatchObject({ retired: true, replicas: 0 });
  });

  it('S38: ends a tombstone that waits for it alone, and no other', () => {
    const table = stored([k1, k3]);
    table.ask('remove file', { name: 'a', at: wallMs(60) });
    const due = () => table.ask('sum up', null).deletionsDue;
    expect(due()).toBe(2);

    table.ask('retire keeper', { keeper: k3, incarnation: 1 });
    expect([due(), table.ask('drops due', { keeper: k1, limit: 10 }).fileIds]).toEqual([1, [f1]]);
    table.ask('record dropped', {
      keeper: k1,
      incarnation: 1,
      fileIds: [f1],
      quarantinedOnly: false,
    });

    expect(due()).toBe(0);
    expect(table.disk.keys.filter((key) => /^[thd]\//.test(key))).toEqual([]);
  });

  it('is let in no more, and what it still says changes nothing', () => {
    const table = stored([k1, k3]);
    table.ask('retire keeper', { keeper: k3, incarnation: 1 });

    expect(() => table.admit(k3, 2)).toThrow('k3 was retired');
    expect(
      table.refusal('take inventory', {
        keeper: k3,
        incarnation: 1,
        entries: [],
        collect: true,
        at: wallMs(1),
      }),
    ).toBe('not-allowed');
  });

  it('is retired in bounded steps, and again after a start in between', () => {
    const table = stored([k1, k3], { pageRowsMax: 1 });

    expect(table.ask('retire keeper', { keeper: k3, incarnation: 1 })).toEqual({
      replicas: 1,
      last: 0,
      more: true,
    });
    table.restart();
    expect(table.ask('retire keeper', { keeper: k3, incarnation: 1 })).toEqual({
      replicas: 0,
      last: 0,
      more: false,
    });
  });

  it('is told apart from its next start, which is back', () => {
    const table = stored([k1, k3]);
    table.admit(k3, 2);

    expect(table.refusal('retire keeper', { keeper: k3, incarnation: 1 })).toBe('conflict');
    expect(recordOf(table)).toMatchObject({ retired: false });
  });

  it('is known to have had the last replica of a file', () => {
    const table = stored([k3]);

    expect(table.ask('retire keeper', { keeper: k3, incarnation: 1 })).toMatchObject({ last: 1 });
    expect(table.replicas()).toEqual([]);
  });

  it('has to be known', () => {
    const retirement = { keeper: 'k9' as typeof k1, incarnation: 1 };

    expect(stored([k1]).refusal('retire keeper', retirement)).toBe('not-found');
  });
});

const recordOf = (table: TableUnderTest) =>
  table.ask('list keepers', null).find(({ keeper }) => keeper === k3);
