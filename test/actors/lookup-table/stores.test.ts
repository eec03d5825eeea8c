import { describe, expect, it } from 'vitest';
import { wallMs } from '../../../src/domain/ids.js';
import {
  bad,
  f1,
  f2,
  good,
  k1,
  k2,
  k3,
  report,
  TableUnderTest,
  types,
  u1,
  u2,
} from './table-under-test.js';

const gaveUp = { code: 'unavailable', detail: 'the client gave up' } as const;

describe('record stored of an upload', () => {
  it('commits file, name and replica in one step and ends the upload at its acks', () => {
    const table = cluster();
    table.reserve();

    expect(table.store()).toEqual({ accepted: true });

    const file = table.ask('find file', { name: 'a' });
    expect(file).toEqual({
      fileId: f1,
      uploadId: u1,
      name: 'a',
      size: 10,
      digest: good,
      createdAt: 5,
      target: 3,
      mp4: { kind: 'not mp4' },
      replicas: [{ keeper: k1, incarnation: 1, standing: 'sound', verifiedAt: 7 }],
    });
    expect(table.takeNotices()).toEqual([
      { type: 'file changed', file },
      { type: 'upload progressed', uploadId: u1, replicas: 1, target: 3, acked: true, file },
    ]);
    expect(table.ask('sum up', null)).toMatchObject({ files: 1, bytes: 10, uploadsInProgress: 0 });
  });

  it('acknowledges only when enough distinct keepers are durable, however often one reports', () => {
    const table = cluster();
    table.reserve({ acks: 2 });

    table.store();
    table.store({ at: wallMs(8) });
    expect(table.ask('find upload', { uploadId: u1 })).toMatchObject({ replicas: 1, acked: false });
    expect(table.ask('sum up', null).uploadsInProgress).toBe(1);

    table.copyTo(k2);
    expect(table.ask('find upload', { uploadId: u1 })).toMatchObject({ replicas: 2, acked: true });
    expect(table.ask('sum up', null).uploadsInProgress).toBe(0);
  });

  it('S35: commits nothing that a keeper was told to delete by a table that was lost', () => {
    const table = cluster();
    table.ask('begin term', { termId: 'again', rebuilt: true });
    table.reserve();
    table.ask('take deletions', { keeper: k2, incarnation: 1, fileIds: [f1], at: wallMs(6) });

    expect(table.store()).toEqual({ accepted: false, reason: 'the file was deleted' });

    expect(table.ask('find file', { name: 'a' })).toBeNull();
  });

  it('takes the second keeper of an upload only with the same bytes', () => {
    const table = cluster();
    table.reserve();
    table.store();

    expect(table.store({ keeper: k2, digest: bad })).toMatchObject({ accepted: false });
    expect(table.store({ keeper: k3 })).toEqual({ accepted: true });

    expect(table.replicas()).toEqual(['k1 sound 1', 'k3 sound 1']);
  });

  it('takes none from a keeper that the upload was not given to', () => {
    const table = cluster();
    table.reserve();
    const before = table.disk.commit;

    expect(table.store({ keeper: k2 })).toEqual({
      accepted: false,
      reason: 'the upload was not given to k2',
    });
    expect(table.disk.commit).toBe(before);

    table.reserve({ keeper: k2 });
    expect(table.store({ keeper: k2 })).toEqual({ accepted: true });
  });

  it.each([
    ['never reserved', {}],
    ['abandoned', { before: 'abandon' }],
    ['of another size', { before: 'reserve', stored: { size: 9 } }],
    ['of another file id', { before: 'reserve', stored: { fileId: f2 } }],
    ['of a file removed since', { before: 'remove' }],
  ] as const)('does not accept one that was %s', (_, { before, stored }: Before) => {
    const table = cluster();
    if (before !== undefined) table.reserve();
    if (before === 'abandon') table.ask('abandon upload', { uploadId: u1, error: gaveUp });
    if (before === 'remove') {
      table.store();
      table.ask('remove file', { name: 'a', at: wallMs(9) });
    }

    expect(table.store(stored)).toMatchObject({ accepted: false });

    expect(table.ask('find file', { name: 'a' })).toBeNull();
  });

  it.each([
    [0, 'stale'],
    [1, 'accepted'],
    [2, 'not-found'],
  ])('in start %i of a keeper whose admitted start is 1 is %s', (incarnation, expected) => {
    const table = cluster();
    table.reserve();

    expect(table.refusal('record stored', { ...report, incarnation })).toBe(expected);
  });

  it('swaps the old file of the name for the new one in the same step', () => {
    const table = cluster();
    table.storeFile([k1, k2]);
    table.reserve({ uploadId: u2, newFileId: f2, replace: true, size: 20, keeper: k3 });

    table.store({ uploadId: u2, fileId: f2, size: 20, digest: bad, keeper: k3 });

    expect(types(table.takeNotices())).toEqual([
      'file gone',
      'drop due',
      'drop due',
      'file changed',
      'upload progressed',
    ]);
    expect(table.ask('find file', { name: 'a' })?.fileId).toBe(f2);
    expect(table.ask('find file', { fileId: f1 })).toBeNull();
    expect(table.ask('sum up', null)).toMatchObject({ files: 1, bytes: 20, deletionsDue: 2 });
    expect(table.ask('drops due', { keeper: k1, limit: 1 })).toEqual({
      fileIds: [f1],
      deleted: [f1],
      replaced: [{ fileId: f1, by: { size: 20, holders: [k3] } }],
      next: f1,
    });
    expect(table.ask('drops due', { keeper: k1, limit: 1, after: f1 }).fileIds).toEqual([]);
  });

  it('ends an upload whose file is removed before its acks were reached', () => {
    const table = cluster();
    table.reserve({ acks: 2 });
    table.store();

    table.ask('remove file', { name: 'a', at: wallMs(9) });

    expect(types(table.takeNotices())).toContain('upload ended');
    expect(table.ask('find upload', { uploadId: u1 })).toMatchObject({
      error: { code: 'not-found' },
    });
  });
});

interface Before {
  readonly before?: 'reserve' | 'abandon' | 'remove';
  readonly stored?: { readonly size?: number; readonly fileId?: typeof f2 };
}

function cluster(): TableUnderTest {
  const table = new TableUnderTest();
  for (const keeper of [k1, k2, k3]) table.admit(keeper);
  return table;
}
