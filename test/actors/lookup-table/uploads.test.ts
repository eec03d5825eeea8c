import { describe, expect, it } from 'vitest';
import { wallMs } from '../../../src/domain/ids.js';
import { defaultTableLimits } from '../../../src/domain/table-limits.js';
import { resolveTransferLimits } from '../../../src/transfer/limits.js';
import {
  f1,
  f2,
  fileIdOf,
  k1,
  k2,
  k3,
  reservation,
  TableUnderTest,
  types,
  u1,
  u2,
  uploadIdOf,
} from './table-under-test.js';

const gaveUp = { code: 'unavailable', detail: 'the client gave up' } as const;

describe('reserve upload', () => {
  it('answers a retry with the file id of the first request and remembers the other keeper', () => {
    const table = cluster();
    table.reserve();

    const again = table.reserve({ newFileId: f2, keeper: k2 });

    expect(again).toEqual({ fileId: f1, target: 3, acks: 1, createdAt: 5, committed: false });
    table.takeNotices();
    table.ask('abandon upload', { uploadId: u1, error: gaveUp });
    expect(table.takeNotices()).toEqual([
      { type: 'upload ended', uploadId: u1, error: gaveUp },
      { type: 'discard due', keeper: k1, uploadId: u1, fileId: f1 },
      { type: 'discard due', keeper: k2, uploadId: u1, fileId: f1 },
    ]);
  });

  it.each([
    ['another name', { name: 'b' }],
    ['another size', { size: 11 }],
  ])('refuses an upload id that is used again with %s', (_, change) => {
    const table = cluster();
    table.reserve();

    expect(table.refusal('reserve upload', { ...reservation, ...change })).toBe('conflict');
  });

  it.each([
    ['reserved', false, 'conflict'],
    ['reserved', true, 'conflict'],
    ['a file', false, 'conflict'],
    ['a file', true, 'accepted'],
    ['abandoned', false, 'accepted'],
    ['removed', false, 'accepted'],
  ] as const)('to a name that is %s, with replace %s, says %s', (life, replace, expected) => {
    const table = cluster();
    table.reserve();
    if (life === 'abandoned') table.ask('abandon upload', { uploadId: u1, error: gaveUp });
    if (life === 'a file' || life === 'removed') table.store();
    if (life === 'removed') table.ask('remove file', { name: 'a', at: wallMs(9) });

    const other = { ...reservation, uploadId: u2, newFileId: f2, replace };

    expect(table.refusal('reserve upload', other)).toBe(expected);
  });

  it('never gives a file id a second time', () => {
    const table = cluster();
    table.storeFile();
    const other = { ...reservation, uploadId: u2, name: 'b' };

    expect(table.refusal('reserve upload', other)).toBe('conflict');

    table.ask('remove file', { name: 'a', at: wallMs(9) });
    expect(table.refusal('reserve upload', other)).toBe('conflict');
  });

  it('refuses a new upload past the limit, and takes one again when another has ended', () => {
    const table = cluster({ uploadsOpenMax: 1 });
    table.reserve();
    const other = { ...reservation, uploadId: u2, newFileId: f2, name: 'b' };

    expect(table.refusal('reserve upload', other)).toBe('unavailable');

    table.store();
    expect(table.refusal('reserve upload', other)).toBe('accepted');
  });
});

describe('an upload that no keeper is receiving', () => {
  it('ends after the limit, frees its name and has its bytes discarded', () => {
    const table = cluster({ uploadIdleMs: 30_000 });
    table.reserve();

    at(table, 29_999);
    expect(table.takeNotices()).toEqual([]);

    at(table, 30_000);
    expect(types(table.takeNotices())).toEqual(['upload ended', 'discard due']);
    expect(table.ask('find upload', { uploadId: u1 })).toMatchObject({
      error: { code: 'unavailable' },
    });
    expect(table.refusal('reserve upload', reservation)).toBe('not-found');
    expect(table.reserve({ uploadId: u2, newFileId: f2 }).fileId).toBe(f2);
  });

  it('L2: has its name back within a minute, though a keeper waited for a silent client first', () => {
    const judgedMs = 5_000;

    const { uploadIdleMs } = defaultTableLimits;
    const freeAfterMs = resolveTransferLimits().idleTimeoutMs + uploadIdleMs + judgedMs;

    expect(freeAfterMs).toBeLessThan(60_000);
  });

  it('lives on while it is touched or retried', () => {
    const table = cluster({ uploadIdleMs: 30_000 });
    table.reserve();

    table.nowMs = 20_000;
    table.ask('touch uploads', { uploadIds: [u1, u2] });
    table.nowMs = 40_000;
    table.reserve({ keeper: k2 });
    at(table, 69_999);

    expect(table.takeNotices()).toEqual([]);
  });

  it('is given the whole time again by a restart of the master', () => {
    const table = cluster({ uploadIdleMs: 30_000 });
    table.reserve();
    table.nowMs = 29_999;
    table.restart();

    for (let ms = 40_000; ms < 70_000; ms += 5_000) at(table, ms);
    at(table, 69_999);
    expect(table.takeNotices()).toEqual([]);

    at(table, 70_000);
    expect(types(table.takeNotices())).toEqual(['upload ended', 'discard due']);
  });

  it('is given back the time in which the master itself was paused', () => {
    const table = cluster({ uploadIdleMs: 30_000, tickGapMaxMs: 5_000 });
    table.reserve();
    at(table, 1_000);

    at(table, 600_000);
    expect(table.takeNotices()).toEqual([]);

    for (let ms = 605_000; ms <= 625_000; ms += 5_000) at(table, ms);
    at(table, 628_999);
    expect(table.takeNotices()).toEqual([]);
    at(table, 629_000);
    expect(types(table.takeNotices())).toEqual(['upload ended', 'discard due']);
  });

  it('does not end once it is committed, however long its acks take', () => {
    const table = cluster();
    table.reserve({ acks: 2 });
    table.store();
    table.restart();

    at(table, 1);
    at(table, 1_000_000);

    expect(table.ask('find upload', { uploadId: u1 })).toMatchObject({ acked: false });
  });
});

describe('abandon upload', () => {
  it.each([
    ['unknown', false],
    ['reserved', false],
    ['abandoned', false],
    ['committed', true],
    ['acked', true],
  ] as const)('of one that is %s answers committed %s', (life, committed) => {
    const table = cluster();
    if (life !== 'unknown') table.reserve({ acks: life === 'committed' ? 2 : 1 });
    if (life === 'abandoned') table.ask('abandon upload', { uploadId: u1, error: gaveUp });
    if (life === 'committed' || life === 'acked') table.store();
    table.takeNotices();

    const answer = table.ask('abandon upload', { uploadId: u1, error: gaveUp });

    expect(answer).toEqual({ committed });
    expect(types(table.takeNotices())).toEqual(
      life === 'reserved' ? ['upload ended', 'discard due'] : [],
    );
  });
});

describe('an upload that has ended', () => {
  it('answers a retry as it ended, also after a restart', () => {
    const table = cluster();
    table.storeFile();
    table.restart();

    expect(table.reserve()).toEqual({
      fileId: f1,
      target: 3,
      acks: 1,
      createdAt: 5,
      committed: true,
    });
    expect(table.store()).toEqual({ accepted: true });
    expect(table.replicas()).toEqual(['k1 sound 1']);
  });

  it('is forgotten in the order of ending, past the limit', () => {
    const table = cluster({ endedUploadsMax: 2 });
    for (const number of [1, 2, 3]) {
      const uploadId = uploadIdOf(number);
      table.reserve({ uploadId, newFileId: fileIdOf(number), name: `n${number}` });
      table.store({ uploadId, fileId: fileIdOf(number) });
    }

    const found = [1, 2, 3].map((number) =>
      table.refusal('find upload', { uploadId: uploadIdOf(number) }),
    );

    expect(found).toEqual(['not-found', 'accepted', 'accepted']);
  });
});

function cluster(limits = {}): TableUnderTest {
  const table = new TableUnderTest(limits);
  for (const keeper of [k1, k2, k3]) table.admit(keeper);
  return table;
}

function at(table: TableUnderTest, nowMs: number): void {
  table.nowMs = nowMs;
  table.ask('tick', null);
}
