import { describe, expect, it } from 'vitest';
import { createReportHandlers } from '../../../src/actors/master/report-handlers.js';
import { createUploadHandlers, isUnderWay } from '../../../src/actors/master/upload-handlers.js';
import { fileBytesMax } from '../../../src/domain/chunk-plan.js';
import type { BeginUploadRequest } from '../../../src/rpc/generated/reelkeep/v1/client.js';
import { decodeClaims } from '../../../src/transfer/ticket-claims.js';
import { good, k1, k2, k3, u1, u2 } from '../lookup-table/table-under-test.js';
import { AWorld, readAll, settled } from './a-world.js';

describe('beginning an upload', () => {
  it('answers with a keeper and a ticket for exactly this upload', async () => {
    const at = new AWorld();
    at.join(k1);

    const begun = await createUploadHandlers(at.world).beginUpload(request());

    expect(begun).toMatchObject({
      acks: 1,
      target: 3,
      epoch: 1,
      keeper: { keeperId: 'k1', host: 'k1', port: 7001 },
    });
    expect(decodeClaims(begun.keeper?.ticket?.claims ?? Buffer.alloc(0))).toMatchObject({
      operation: 'put',
      fileId: begun.fileId,
      uploadId: u1,
      keeper: k1,
      incarnation: 1,
      epoch: 1,
      size: 10,
      expiresAtMs: 61_000,
      label: { name: 'a', target: 3 },
    });
  });

  it('gives the same file to a retry of the same upload', async () => {
    const at = new AWorld();
    at.join(k1);
    const { beginUpload } = createUploadHandlers(at.world);

    const first = await beginUpload(request());
    const second = await beginUpload(request());

    expect(second.fileId).toBe(first.fileId);
  });

  it('sends nothing again that was committed before', async () => {
    const at = new AWorld();
    at.join(k1);
    const { beginUpload } = createUploadHandlers(at.world);
    const { fileId } = await beginUpload(request());
    await createReportHandlers(at.world).reportStored(stored(at, fileId));

    const again = await beginUpload(request());

    expect(again).toMatchObject({ fileId, keeper: undefined });
  });

  it('S17: answers for what was committed before, also when no keeper could take it now', async () => {
    const at = new AWorld();
    at.join(k1);
    const { beginUpload } = createUploadHandlers(at.world);
    const { fileId } = await beginUpload(request());
    await createReportHandlers(at.world).reportStored(stored(at, fileId));

    const again = await beginUpload(request({ excludedKeeperIds: ['k1'] }));

    expect(again).toMatchObject({ fileId, keeper: undefined });
    const other = request({ uploadId: 'f'.repeat(32), name: 'b', excludedKeeperIds: ['k1'] });
    await expect(beginUpload(other)).rejects.toMatchObject({ code: 'unavailable' });
  });

  it('takes another keeper than those the client could not reach', async () => {
    const at = new AWorld();
    at.join(k1);
    at.join(k2);

    const begun = await createUploadHandlers(at.world).beginUpload(
      request({ excludedKeeperIds: ['k1'] }),
    );

    expect(begun.keeper?.keeperId).toBe('k2');
  });

  it('spreads uploads that begin together over the keepers', async () => {
    const at = new AWorld();
    for (const keeper of [k1, k2, k3]) at.join(keeper);
    const { beginUpload } = createUploadHandlers(at.world);

    const begun = await Promise.all(
      ['a', 'b', 'c'].map((name) => beginUpload(request({ name, uploadId: name.repeat(32) }))),
    );

    expect(begun.map(({ keeper }) => keeper?.keeperId).sort()).toEqual(['k1', 'k2', 'k3']);
  });

  it.each<[string, Partial<BeginUploadRequest>, string]>([
    ['a bad name', { name: '../a' }, 'refused-input'],
    ['what is no mp4', { structureProblem: 'there is no "ftyp" box' }, 'refused-input'],
    ['a file too large', { size: fileBytesMax + 1 }, 'refused-input'],
    ['too large a target', { target: 17 }, 'usage'],
    ['more acks than the target', { target: 2, acks: 3 }, 'usage'],
    ['an upload id that is none', { uploadId: 'U1' }, 'usage'],
    ['more bytes than any keeper has room for', { size: 1_000_000 }, 'no-space'],
    ['when every keeper is excluded', { excludedKeeperIds: ['k1'] }, 'unavailable'],
  ])('refuses %s', async (_, changes, code) => {
    const at = new AWorld();
    at.join(k1);

    const begun = createUploadHandlers(at.world).beginUpload(request(changes));

    await expect(begun).rejects.toMatchObject({ code });
  });

  it('refuses a name that is being written by another upload', async () => {
    const at = new AWorld();
    at.join(k1);
    const { beginUpload } = createUploadHandlers(at.world);
    await beginUpload(request());

    await expect(beginUpload(request({ uploadId: u2 }))).rejects.toMatchObject({
      code: 'conflict',
    });
  });

  it('lets anything in when the master accepts anything', async () => {
    const at = new AWorld({ accept: 'any' });
    at.join(k1);

    const begun = createUploadHandlers(at.world).beginUpload(request({ structureProblem: 'no' }));

    await expect(begun).resolves.toMatchObject({ keeper: { keeperId: 'k1' } });
  });

  it('does not ask for more acks by default than the upload has replicas', async () => {
    const at = new AWorld({ replicas: 3, acks: 3 });
    at.join(k1);

    const begun = await createUploadHandlers(at.world).beginUpload(request({ target: 2 }));

    expect(begun).toMatchObject({ target: 2, acks: 2 });
  });

  it('takes uploads in safe mode, but none that replaces a file', async () => {
    const at = new AWorld();
    at.join(k1);
    at.mode = 'safe mode';
    const { beginUpload } = createUploadHandlers(at.world);

    const fresh = beginUpload(request());
    const replacing = beginUpload(request({ replace: true }));

    await expect(fresh).resolves.toMatchObject({ keeper: { keeperId: 'k1' } });
    await expect(replacing).rejects.toMatchObject({ code: 'unavailable' });
  });
});

describe('awaiting an upload', () => {
  it('tells how it goes, and ends when it is acknowledged', async () => {
    const at = new AWorld();
    for (const keeper of [k1, k2]) at.join(keeper);
    const { beginUpload, awaitUpload } = createUploadHandlers(at.world);
    const { reportStored } = createReportHandlers(at.world);
    const { fileId } = await beginUpload(request({ acks: 2 }));

    const news = readAll(awaitUpload({ uploadId: u1 }, new AbortController().signal));
    await settled();
    await reportStored(stored(at, fileId));
    await settled();
    await reportStored({ ...stored(at, fileId), uploadId: '', stamp: at.stamp(k2) });

    expect((await news).map(({ replicas, acked }) => [replicas, acked])).toEqual([
      [0, false],
      [1, false],
      [2, true],
    ]);
  });

  it('fails with the reason for which the upload ended', async () => {
    const at = new AWorld();
    at.join(k1);
    const { beginUpload, awaitUpload, abandonUpload } = createUploadHandlers(at.world);
    await beginUpload(request());

    const news = readAll(awaitUpload({ uploadId: u1 }, new AbortController().signal));
    await settled();
    await abandonUpload({ uploadId: u1 });

    await expect(news).rejects.toMatchObject({ code: 'unavailable' });
  });

  it('fails for an upload that was never begun', async () => {
    const { awaitUpload } = createUploadHandlers(new AWorld().world);

    const news = readAll(awaitUpload({ uploadId: u1 }, new AbortController().signal));

    await expect(news).rejects.toMatchObject({ code: 'not-found' });
  });
});

describe('an upload is under way', () => {
  it('from its reservation to its commit, whatever becomes of the file then', async () => {
    const at = new AWorld();
    at.join(k1);
    const before = await isUnderWay(at.world, u1);
    const { fileId } = await createUploadHandlers(at.world).beginUpload(request());
    const begun = await isUnderWay(at.world, u1);

    await createReportHandlers(at.world).reportStored(stored(at, fileId));
    const committed = await isUnderWay(at.world, u1);
    await at.world.table.ask('remove file', { name: 'a', at: at.world.wallMs() });
    const removed = await isUnderWay(at.world, u1);

    expect([before, begun, committed, removed]).toEqual([false, true, false, false]);
  });
});

describe('abandoning an upload', () => {
  it('gives the name back', async () => {
    const at = new AWorld();
    at.join(k1);
    const { beginUpload, abandonUpload } = createUploadHandlers(at.world);
    await beginUpload(request());

    await abandonUpload({ uploadId: u1 });

    await expect(beginUpload(request({ uploadId: u2 }))).resolves.toBeDefined();
  });

  it('is refused when the upload had been committed', async () => {
    const at = new AWorld();
    at.join(k1);
    const { beginUpload, abandonUpload } = createUploadHandlers(at.world);
    const { fileId } = await beginUpload(request());
    await createReportHandlers(at.world).reportStored(stored(at, fileId));

    await expect(abandonUpload({ uploadId: u1 })).rejects.toMatchObject({ code: 'conflict' });
  });
});

const request = (changes: Partial<BeginUploadRequest> = {}): BeginUploadRequest => ({
  uploadId: u1,
  name: 'a',
  size: 10,
  target: 0,
  acks: 0,
  replace: false,
  structureProblem: '',
  excludedKeeperIds: [],
  ...changes,
});

const stored = (at: AWorld, fileId: string) => ({
  stamp: at.stamp(k1),
  uploadId: u1,
  fileId,
  size: 10,
  digest: good,
  mp4: undefined,
});
