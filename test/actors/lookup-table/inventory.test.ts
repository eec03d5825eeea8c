import { describe, expect, it } from 'vitest';
import { wallMs } from '../../../src/domain/ids.js';
import {
  bad,
  entry,
  f1,
  f2,
  fileIdOf,
  k1,
  k2,
  k3,
  TableUnderTest,
  types,
  u2,
} from './table-under-test.js';

describe('take inventory', () => {
  it.each([
    ['sound', {}, 'k1 sound 2'],
    ['of another digest', { digest: bad }, 'k1 quarantined 2'],
    ['of another size', { size: 11 }, 'k1 quarantined 2'],
    ['set aside', { quarantined: true }, 'k1 quarantined 2'],
    ['sound beside bad bytes', { aside: true }, 'k1 sound 2, aside'],
    ['of another digest beside bad bytes', { digest: bad, aside: true }, 'k1 quarantined 2'],
  ] as const)('of a file in the table that is %s makes its row %s', (_, change, row) => {
    const table = stored();
    table.admit(k1, 2);

    table.inventory(k1, 2, [{ ...entry, ...change }]);

    expect(table.replicas()).toEqual([row]);
    expect(types(table.takeNotices())).toEqual(['file changed']);
  });

  it('names whole replicas of other bytes than the file has, for they are to be set aside', () => {
    const table = stored();
    table.admit(k1, 2);

    const taken = table.inventory(k1, 2, [{ ...entry, digest: bad }]);
    const aside = table.inventory(k1, 2, [{ ...entry, digest: bad, quarantined: true }]);

    expect([taken.doubtful, aside.doubtful]).toEqual([[f1], []]);
  });

  it('writes and tells nothing when nothing has changed', () => {
    const table = stored();
    const { commit } = table.disk;

    table.inventory(k1, 1, [entry]);

    expect(table.takeNotices()).toEqual([]);
    expect(table.disk.commit).toBe(commit);
  });

  it('takes in a replica that the table had forgotten, as never verified', () => {
    const table = stored();

    table.inventory(k2, 1, [entry]);

    expect(table.ask('find file', { fileId: f1 })?.replicas).toContainEqual({
      keeper: k2,
      incarnation: 1,
      standing: 'sound',
      verifiedAt: 0,
    });
  });

  it('calls off a drop that an older start had agreed to', () => {
    const table = stored([k1, k2]);
    table.reserve({ uploadId: u2, newFileId: f2, name: 'b', target: 1 });
    table.store({ uploadId: u2, fileId: f2 });
    table.ask('record stored', { ...copyOf(f2), keeper: k2 });
    const staying = [{ keeper: k1, incarnation: 1 }];
    table.ask('agree to drop', {
      fileId: f2,
      keeper: k2,
      incarnation: 1,
      staying,
      quarantinedOnly: false,
    });
    expect(table.replicas(f2)).toEqual(['k1 sound 1', 'k2 dropping 1']);

    table.admit(k2, 2);
    table.inventory(k2, 2, [{ ...entry, fileId: f2, uploadId: u2 }]);

    expect(table.replicas(f2)).toEqual(['k1 sound 1', 'k2 sound 2']);
  });

  it('L4: takes from the entry of a good copy whether bad bytes are set aside beside it', () => {
    const table = stored();

    table.inventory(k1, 1, [{ ...entry, aside: true }]);
    expect(table.replicas()).toEqual(['k1 sound 1, aside']);
    table.inventory(k1, 1, [entry]);

    expect(table.replicas()).toEqual(['k1 sound 1']);
  });

  it('S23: believes the later of two entries, for the disk changed while the keeper looked', () => {
    const table = stored([k1, k2]);
    const bad = { ...entry, quarantined: true };

    table.inventory(k1, 1, [entry, bad]);
    table.inventory(k2, 1, [bad, { ...entry, aside: true }]);

    expect(table.replicas()).toEqual(['k1 quarantined 1', 'k2 sound 1, aside']);
  });

  it.each([
    ['unknown', false, 'left alone'],
    ['unknown', true, 'due'],
    ['deleted', false, 'due'],
    ['deleted', true, 'due'],
    ['being uploaded', true, 'left alone'],
    ['abandoned', true, 'due'],
  ] as const)('of a file that is %s, with collect %s, has it %s', (life, collect, expected) => {
    const table = stored([k1, k2]);
    table.reserve({ uploadId: u2, newFileId: f2, name: 'b' });
    const found = {
      unknown: fileIdOf(9),
      deleted: f1,
      'being uploaded': f2,
      abandoned: f2,
    }[life];
    if (life === 'deleted') table.ask('remove file', { name: 'a', at: wallMs(9) });
    if (life === 'abandoned')
      table.ask('abandon upload', {
        uploadId: u2,
        error: { code: 'unavailable', detail: 'gave up' },
      });
    table.takeNotices();

    const { unknown } = table.inventory(
      k3,
      1,
      [{ ...entry, fileId: found, uploadId: u2 }],
      collect,
    );

    const due = table.ask('drops due', { keeper: k3, limit: 10 }).fileIds;
    expect(due).toEqual(expected === 'due' ? [found] : []);
    expect(types(table.takeNotices())).toEqual(expected === 'due' ? ['drop due'] : []);
    expect(unknown.map((one) => one.fileId)).toEqual(life === 'unknown' && !collect ? [found] : []);
  });

  it('keeps garbage due until its keeper has confirmed', () => {
    const table = stored();
    table.inventory(k2, 1, [{ ...entry, fileId: f2 }], true);
    table.restart();
    expect(table.ask('drops due', { keeper: k2, limit: 10 }).fileIds).toEqual([f2]);

    table.ask('record dropped', {
      keeper: k2,
      incarnation: 1,
      fileIds: [f2],
      quarantinedOnly: false,
    });

    expect(table.ask('sum up', null).deletionsDue).toBe(0);
    expect(table.inventory(k2, 1, [{ ...entry, fileId: f2 }]).unknown).toHaveLength(1);
  });

  it('of an older start of the keeper changes nothing', () => {
    const table = stored([k1, k2]);
    table.admit(k2, 2);
    const page = { keeper: k2, incarnation: 1, entries: [{ ...entry, quarantined: true }] };

    expect(table.refusal('take inventory', { ...page, collect: true, at: wallMs(1) })).toBe(
      'stale',
    );
    expect(table.refusal('close inventory', { keeper: k2, incarnation: 1, takenIn: false })).toBe(
      'stale',
    );

    expect(table.replicas()).toEqual(['k1 sound 1', 'k2 sound 1']);
  });
});

describe('close inventory', () => {
  it('takes out, page by page, what only an older start had vouched for', () => {
    const table = new TableUnderTest({ pageRowsMax: 2 });
    table.admit(k1);
    const files = [1, 2, 3, 4, 5].map(fileIdOf);
    for (const [index, fileId] of files.entries()) {
      const uploadId = `${index}`.repeat(32) as typeof u2;
      table.reserve({ uploadId, newFileId: fileId, name: `n${index}` });
      table.store({ uploadId, fileId });
    }
    table.admit(k1, 2);
    const found = { ...entry, fileId: fileIdOf(2) };
    table.inventory(k1, 2, [found]);
    table.takeNotices();

    const first = table.ask('close inventory', { keeper: k1, incarnation: 2, takenIn: false });
    const second = table.ask('close inventory', {
      keeper: k1,
      incarnation: 2,
      after: fileIdOf(2),
      takenIn: false,
    });
    const third = table.ask('close inventory', {
      keeper: k1,
      incarnation: 2,
      after: fileIdOf(4),
      takenIn: false,
    });

    expect([first, second, third]).toEqual([{ next: fileIdOf(2) }, { next: fileIdOf(4) }, {}]);
    expect(types(table.takeNotices())).toEqual(Array(4).fill('file changed'));
    expect(files.flatMap((fileId) => table.replicas(fileId))).toEqual(['k1 sound 2']);
    expect(table.ask('sum up', null).files).toBe(5);
    expect(table.ask('list keepers', null)).toMatchObject([{ keeper: k1, replicas: 1 }]);
  });

  it('takes out a replica whose dropping was never confirmed, though its keeper did not start again', () => {
    const table = stored([k1, k2]);
    table.reserve({ uploadId: u2, newFileId: f2, name: 'b', target: 1 });
    table.store({ uploadId: u2, fileId: f2 });
    table.ask('record stored', { ...copyOf(f2), keeper: k2 });
    const staying = [{ keeper: k1, incarnation: 1 }];
    table.ask('agree to drop', {
      fileId: f2,
      keeper: k2,
      incarnation: 1,
      staying,
      quarantinedOnly: false,
    });

    table.inventory(k2, 1, [entry]);
    table.ask('close inventory', { keeper: k2, incarnation: 1, takenIn: false });

    expect(table.replicas(f2)).toEqual(['k1 sound 1']);
    expect(table.replicas(f1)).toEqual(['k1 sound 1', 'k2 sound 1']);
  });

  it('leaves a replica that was stored while the inventory was under way', () => {
    const table = stored();
    table.admit(k2, 2);
    table.inventory(k2, 2, []);
    table.copyTo(k2, 2);

    table.ask('close inventory', { keeper: k2, incarnation: 2, takenIn: false });

    expect(table.replicas()).toEqual(['k1 sound 1', 'k2 sound 2']);
  });
});

function stored(keepers = [k1]): TableUnderTest {
  const table = new TableUnderTest();
  for (const keeper of [k1, k2, k3]) table.admit(keeper);
  table.storeFile(keepers);
  return table;
}

const copyOf = (fileId: typeof f1) => ({
  incarnation: 1,
  fileId,
  size: entry.size,
  digest: entry.digest,
  mp4: { kind: 'not mp4' } as const,
  at: wallMs(8),
});
