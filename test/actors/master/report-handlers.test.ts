import { describe, expect, it } from 'vitest';
import { createReportHandlers } from '../../../src/actors/master/report-handlers.js';
import { replicaState } from '../../../src/domain/keeper-view.js';
import type { KeeperHandlers } from '../../../src/rpc/control-server.js';
import { ReportVerifiedRequest_Outcome as Outcome } from '../../../src/rpc/generated/reelkeep/v1/keeper.js';
import { bad, f1, f2, good, k1, k2, k3, u1 } from '../lookup-table/table-under-test.js';
import { AWorld, settled } from './a-world.js';

describe('a report of a stored replica', () => {
  it('makes an upload a file', async () => {
    const at = aWorld();
    at.table.reserve();

    const answer = await createReportHandlers(at.world).reportStored(stored(at));

    expect(answer).toMatchObject({ accepted: true, reason: '' });
    expect(at.table.replicas()).toEqual(['k1 sound 1']);
    expect(at.toLoop.map(({ type }) => type)).toEqual(['file changed']);
  });

  it('ends the copy that made it', async () => {
    const at = aWorld();
    at.table.storeFile([k1]);

    await createReportHandlers(at.world).reportStored(copied(at));

    expect(at.table.replicas()).toEqual(['k1 sound 1', 'k2 sound 1']);
    expect(at.toLoop.at(-1)).toEqual({
      type: 'copy ended',
      fileId: f1,
      destination: k2,
      outcome: 'stored',
    });
  });

  it('is refused, and the copy has failed, when its bytes are others than the table names', async () => {
    const at = aWorld();
    at.table.storeFile([k1]);

    const answer = await createReportHandlers(at.world).reportStored({
      ...copied(at),
      digest: bad,
    });

    expect(answer).toMatchObject({ accepted: false, reason: expect.stringMatching(/.+/) });
    expect(at.table.replicas()).toEqual(['k1 sound 1']);
    expect(at.toLoop.at(-1)).toMatchObject({ type: 'copy ended', outcome: 'failed' });
  });

  it('S1: that the table does not know is kept until all that its keeper holds has been taken in', async () => {
    const at = aWorld();
    at.world.takingIn.registered(k1, true);
    const reports = createReportHandlers(at.world);

    const early = reports.reportStored(stored(at));
    await expect(early).rejects.toMatchObject({ code: 'unavailable' });
    at.world.takingIn.done(k1);
    const late = await reports.reportStored(stored(at));

    expect(late.accepted).toBe(false);
  });

  it('is refused for a file that has been removed', async () => {
    const at = aWorld();
    at.table.storeFile([k1]);
    at.table.ask('remove file', { name: 'a', at: at.world.wallMs() });

    const answer = await createReportHandlers(at.world).reportStored(copied(at));

    expect(answer.accepted).toBe(false);
    expect(at.table.replicas()).toEqual([]);
  });
});

describe('a report of a failed transfer', () => {
  it('ends a copy', async () => {
    const at = aWorld();
    at.table.storeFile([k1]);

    await createReportHandlers(at.world).reportFailed(failed(at));

    expect(at.toLoop).toEqual([
      { type: 'copy ended', fileId: f1, destination: k2, outcome: 'failed' },
    ]);
  });

  it('has the source verified that sent wrong bytes', async () => {
    const at = aWorld();
    at.table.storeFile([k1]);

    await createReportHandlers(at.world).reportFailed({ ...failed(at), badSourceKeeperId: 'k1' });

    expect(at.orders(k1)).toEqual([`verify ${f1}`]);
    at.world.verifications.lose(k1);
  });

  it('leaves an upload to its client', async () => {
    const at = aWorld();

    await createReportHandlers(at.world).reportFailed({ ...failed(at), uploadId: u1 });

    expect(at.toLoop).toEqual([]);
  });
});

describe('a report of a verified replica', () => {
  it.each([
    [Outcome.SOUND, ['k1 sound 1']],
    [Outcome.QUARANTINED, ['k1 quarantined 1']],
    [Outcome.ABSENT, []],
    [Outcome.UNKNOWN, ['k1 sound 1']],
    [Outcome.UNSPECIFIED, ['k1 sound 1']],
  ])('of outcome %s leaves %j', async (outcome, replicas) => {
    const at = aWorld();
    at.table.storeFile([k1]);

    await createReportHandlers(at.world).reportVerified({ ...verified(at), outcome });

    expect(at.table.replicas()).toEqual(replicas);
  });
});

describe('a report that a replica cannot be read', () => {
  it('S29: is unknown to whoever waits for it, and the replica does not count', async () => {
    const at = aWorld();
    at.table.storeFile([k1]);
    const waiting = at.world.verifications.wait(f1, k1, { timeoutMs: 1_000 });

    const unread = { ...verified(at), outcome: Outcome.UNREADABLE, reason: 'EIO' };
    await createReportHandlers(at.world).reportVerified(unread);

    expect(await waiting).toEqual({ outcome: 'unknown', reason: 'EIO' });
    const [row] = at.table.ask('find file', { fileId: f1 })?.replicas ?? [];
    expect(row).toMatchObject({ standing: 'sound', unreadable: true });
    expect(row && replicaState(row, at.world.keepers.views)).toBe('unverified');
  });
});

describe('a report of dropped replicas', () => {
  it('ends a deletion, and asks for the next', async () => {
    const at = aWorld();
    at.table.storeFile([k1]);
    at.table.ask('remove file', { name: 'a', at: at.world.wallMs() });
    at.drops.wake(k1);
    await settled();

    await createReportHandlers(at.world).reportDropped({
      stamp: at.stamp(k1),
      fileIds: [f1],
      quarantinedOnly: false,
    });

    expect(at.table.ask('sum up', null).deletionsDue).toBe(0);
    expect(at.toLoop).toContainEqual({
      type: 'drop ended',
      fileId: f1,
      keeper: k1,
      outcome: 'dropped',
    });
  });
});

describe('a report of dropped bad bytes', () => {
  it('L4: leaves the sound replica beside them, and ends the drop', async () => {
    const at = aWorld();
    at.table.storeFile([k1]);
    const rotten = { ...verified(at), outcome: Outcome.QUARANTINED };
    await createReportHandlers(at.world).reportVerified(rotten);
    at.table.copyTo(k1);
    expect(at.table.replicas()).toEqual(['k1 sound 1, aside']);

    await createReportHandlers(at.world).reportDropped({ ...dropped(at), quarantinedOnly: true });

    expect(at.table.replicas()).toEqual(['k1 sound 1']);
    expect(at.toLoop.at(-1)).toMatchObject({ type: 'drop ended', outcome: 'dropped' });
  });

  it('S38: does not end the deletion of their file', async () => {
    const at = aWorld();
    at.table.storeFile([k1]);
    at.table.ask('remove file', { name: 'a', at: at.world.wallMs() });

    await createReportHandlers(at.world).reportDropped({ ...dropped(at), quarantinedOnly: true });

    expect(at.table.ask('sum up', null).deletionsDue).toBe(1);
  });
});

describe('a report that nobody can account for of a dropped replica', () => {
  it('has its keeper look, and takes nothing out by itself', async () => {
    const at = aWorld();
    at.table.storeFile([k1]);

    await createReportHandlers(at.world).reportDropped(dropped(at));

    expect(at.table.replicas()).toEqual(['k1 sound 1']);
    expect(at.orders(k1)).toEqual([`verify ${f1}`]);
    at.world.verifications.lose(k1);
  });
});

type Reports = Pick<
  KeeperHandlers,
  'reportStored' | 'reportFailed' | 'reportVerified' | 'reportDropped'
>;

describe('every report', () => {
  it.each<[string, (reports: Reports, at: AWorld) => Promise<unknown>]>([
    ['stored', (reports, at) => reports.reportStored({ ...stored(at), stamp: stale(at) })],
    ['failed', (reports, at) => reports.reportFailed({ ...failed(at), stamp: stale(at) })],
    ['verified', (reports, at) => reports.reportVerified({ ...verified(at), stamp: stale(at) })],
    [
      'dropped',
      (reports, at) =>
        reports.reportDropped({ stamp: stale(at), fileIds: [f1], quarantinedOnly: false }),
    ],
  ])('of an older start of its keeper changes nothing: %s', async (_, send) => {
    const at = aWorld();
    at.table.storeFile([k1]);
    const before = [...at.table.disk.rows];

    await expect(send(createReportHandlers(at.world), at)).rejects.toMatchObject({ code: 'stale' });

    expect([...at.table.disk.rows]).toEqual(before);
    expect(at.toLoop).toEqual([]);
  });

  it('of an older epoch is refused', async () => {
    const at = aWorld();
    const stamp = { ...at.stamp(k1), epoch: 0 };

    const answer = createReportHandlers(at.world).reportDropped({
      stamp,
      fileIds: [f1],
      quarantinedOnly: false,
    });

    await expect(answer).rejects.toMatchObject({ code: 'stale' });
  });

  it('that does not say who speaks is refused', async () => {
    const answer = createReportHandlers(aWorld().world).reportDropped({
      stamp: undefined,
      fileIds: [f2],
      quarantinedOnly: false,
    });

    await expect(answer).rejects.toMatchObject({ code: 'usage' });
  });

  it('that names what can be no file is refused', async () => {
    const at = aWorld();
    const { reportStored, reportVerified } = createReportHandlers(at.world);

    await expect(reportStored({ ...stored(at), fileId: '..' })).rejects.toMatchObject({
      code: 'usage',
    });
    await expect(reportVerified({ ...verified(at), fileId: '' })).rejects.toMatchObject({
      code: 'usage',
    });
  });
});

function aWorld(): AWorld {
  const at = new AWorld();
  for (const keeper of [k1, k2, k3]) at.join(keeper);
  return at;
}

const stale = (at: AWorld) => at.stamp(k1, 0);

const stored = (at: AWorld) => ({
  stamp: at.stamp(k1),
  uploadId: u1 as string,
  fileId: f1 as string,
  size: 10,
  digest: good as string,
  mp4: undefined,
});

const copied = (at: AWorld) => ({ ...stored(at), stamp: at.stamp(k2), uploadId: '' });

const failed = (at: AWorld) => ({
  ...{ stamp: at.stamp(k2), uploadId: '', fileId: f1 as string, badSourceKeeperId: '' },
  ...{ code: 'unavailable', detail: 'the source was lost' },
});

const verified = (at: AWorld) => ({
  stamp: at.stamp(k1),
  fileId: f1 as string,
  outcome: Outcome.SOUND as Outcome,
  ...{ reason: '', challenge: '', proof: '' },
});

const dropped = (at: AWorld) => ({
  stamp: at.stamp(k1),
  fileIds: [f1 as string],
  quarantinedOnly: false,
});
