import { describe, expect, it } from 'vitest';
import { createReportHandlers } from '../../../src/actors/master/report-handlers.js';
import { createVerifyHandlers } from '../../../src/actors/master/verify-handlers.js';
import type { KeeperId } from '../../../src/domain/ids.js';
import type { VerifyResponse } from '../../../src/rpc/generated/reelkeep/v1/client.js';
import { ReportVerifiedRequest_Outcome as Outcome } from '../../../src/rpc/generated/reelkeep/v1/keeper.js';
import { f1, k1, k2, k3 } from '../lookup-table/table-under-test.js';
import { AWorld, readAll, settled } from './a-world.js';

describe('verifying a file', () => {
  it('tells of each replica as its keeper answers, and of the file at last', async () => {
    const at = aWorldWithFile();

    const answers = verify(at);
    await settled();
    await report(at, k2, Outcome.SOUND);
    await report(at, k3, Outcome.ABSENT, 'it is not there');
    await report(at, k1, Outcome.QUARANTINED, 'chunk 0 has another digest');

    expect((await answers).map(line)).toEqual([
      'k2 sound',
      'k3 absent: it is not there',
      'k1 quarantined: chunk 0 has another digest',
      'a',
    ]);
    expect(at.table.replicas()).toEqual(['k1 quarantined 1', 'k2 sound 1']);
  });

  it('does not know of a keeper that cannot be told, and takes nothing off the table', async () => {
    const at = aWorldWithFile();
    at.join(k3, { session: false });

    const answers = verify(at);
    await settled();
    await report(at, k1, Outcome.SOUND);
    await report(at, k2, Outcome.SOUND);

    expect((await answers).map(line)).toContain('k3 unknown: its keeper is not connected');
    expect(at.table.replicas()).toHaveLength(3);
  });

  it('does not wait for a keeper that is lost meanwhile', async () => {
    const at = aWorldWithFile();

    const answers = verify(at);
    await settled();
    for (const keeper of [k1, k2, k3]) at.world.verifications.lose(keeper);

    expect((await answers).map(line)).toContain('k1 unknown: its keeper was lost');
  });

  it('orders the same verification once for two who ask', async () => {
    const at = aWorldWithFile();

    const both = [verify(at), verify(at)];
    await settled();
    for (const keeper of [k1, k2, k3]) await report(at, keeper, Outcome.SOUND);

    expect((await Promise.all(both)).map((answers) => answers.length)).toEqual([4, 4]);
    expect(at.orders(k1)).toEqual([`verify ${f1}`]);
  });

  it('ends when its caller has gone', async () => {
    const at = aWorldWithFile();
    const gone = new AbortController();

    const answers = verify(at, gone.signal);
    await settled();
    gone.abort();

    expect(await answers).toHaveLength(4);
    expect(at.world.verifications.isUnderWay(f1, k1)).toBe(false);
  });

  it('does not wait for anything when its caller had gone before', async () => {
    const at = aWorldWithFile();

    const answers = await verify(at, AbortSignal.abort());

    expect(answers.map(line)).toContain('k1 unknown: nobody waits for it any more');
  });
});

describe('a report of a bad replica', () => {
  it('makes its keeper look, and believes nothing before', async () => {
    const at = aWorldWithFile();

    await createVerifyHandlers(at.world).reportBadReplica(bad(k2));

    expect(at.orders(k2)).toEqual([`verify ${f1}`]);
    expect(at.table.replicas()).toHaveLength(3);
    at.world.verifications.lose(k2);
  });

  it('does not make a keeper look twice at the same time', async () => {
    const at = aWorldWithFile();
    const { reportBadReplica } = createVerifyHandlers(at.world);

    await reportBadReplica(bad(k2));
    await reportBadReplica(bad(k2));

    expect(at.orders(k2)).toEqual([`verify ${f1}`]);
    at.world.verifications.lose(k2);
  });

  it.each([
    ['a file that is not there', { ...bad(k2), fileId: 'f'.repeat(32) }],
    ['a keeper that does not hold it', { ...bad(k2), keeperId: 'k9' }],
  ])('is let pass for %s', async (_, request) => {
    const at = aWorldWithFile();

    await createVerifyHandlers(at.world).reportBadReplica(request);

    expect(at.orders(k2)).toEqual([]);
  });

  it('is refused for what can be no file', async () => {
    const { reportBadReplica } = createVerifyHandlers(aWorldWithFile().world);

    await expect(reportBadReplica({ ...bad(k2), fileId: '../a' })).rejects.toMatchObject({
      code: 'usage',
    });
  });
});

function aWorldWithFile(): AWorld {
  const at = new AWorld();
  for (const keeper of [k1, k2, k3]) at.join(keeper);
  at.table.storeFile([k1, k2, k3]);
  return at;
}

const verify = ({ world }: AWorld, signal = new AbortController().signal) =>
  readAll(createVerifyHandlers(world).verify({ name: 'a' }, signal));

const report = (at: AWorld, keeper: KeeperId, outcome: Outcome, reason = '') =>
  createReportHandlers(at.world).reportVerified({
    stamp: at.stamp(keeper),
    fileId: f1,
    outcome,
    reason,
    challenge: '',
    proof: '',
  });

const bad = (keeper: KeeperId) => ({ fileId: f1, keeperId: keeper, chunk: 0 });

const line = ({ keeperId, sound, reason, file }: VerifyResponse): string =>
  file?.name ?? `${keeperId} ${sound ? 'sound' : reason}`;
