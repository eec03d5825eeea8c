/** What the network delivers twice, late or in another order. */
import { describe, expect, it } from 'vitest';
import { createReportHandlers } from '../../../src/actors/master/report-handlers.js';
import {
  type KeeperStamp,
  ReportVerifiedRequest_Outcome as Outcome,
} from '../../../src/rpc/generated/reelkeep/v1/keeper.js';
import { drop } from '../lookup-table/replica-builders.js';
import { f1, f2, good, k1, k2, k3, k4 } from '../lookup-table/table-under-test.js';
import { AWorld } from './a-world.js';

const others = [k1, k2, k3];
const soundOnOthers = others.map((keeper) => `${keeper} sound 1`);

describe('S25: an older or reordered report changes nothing', () => {
  it('stored, heard again after the replica was dropped', async () => {
    const { at, reports } = aWorld();
    const copied = stored(at.stamp(k4));
    await reports.reportStored(copied);
    drop(at.table);
    await reports.reportDropped(dropped(at.stamp(k4)));

    await expectNothing(at, () => reports.reportStored(copied));

    expect(at.table.replicas()).toEqual(soundOnOthers);
  });

  it('dropped, heard again after a new copy was made', async () => {
    const { at, reports } = aWorld();
    const removed = dropped(at.stamp(k4));
    await reports.reportStored(stored(at.stamp(k4)));
    drop(at.table);
    await reports.reportDropped(removed);
    await reports.reportStored(stored(at.stamp(k4)));

    await expectNothing(at, () => reports.reportDropped(removed));

    expect(at.table.replicas()).toEqual([...soundOnOthers, 'k4 sound 1']);
  });

  it('verified and failed, heard again', async () => {
    const { at, reports } = aWorld();
    const sound = verified(at.stamp(k1));
    const ended = failed(at.stamp(k4));
    await reports.reportVerified(sound);
    await reports.reportFailed(ended);

    await expectNothing(at, () => reports.reportVerified(sound));
    await expectNothing(at, () => reports.reportFailed(ended));
  });

  it('stored, which was given up and comes for the first time after the drop', async () => {
    const { at, reports } = aWorld();
    const late = stored(at.stamp(k4));
    const { report } = late.stamp;
    await reports.reportStored(stored({ ...at.stamp(k4), givenUp: [report] }));
    drop(at.table);
    await reports.reportDropped(dropped(at.stamp(k4)));

    await expectNothing(at, () => reports.reportStored(late));
  });

  it('stored before the keeper registered again, heard again after that', async () => {
    const { at, reports } = aWorld();
    const copied = stored(at.stamp(k4));
    await reports.reportStored(copied);
    drop(at.table);
    await reports.reportDropped(dropped(at.stamp(k4)));

    at.join(k4);

    await expectNothing(at, () => reports.reportStored(copied));
  });

  it('stored in the start before, heard again when the numbers begin anew', async () => {
    const { at, reports } = aWorld();
    const first = stored({ ...at.stamp(k4), report: 1 });
    await reports.reportStored(first);
    at.join(k4, { incarnation: 2 });

    await expectNothing(at, () => reports.reportStored(first));
    const answer = await reports.reportStored(stored({ ...at.stamp(k4, 2), report: 1 }));

    expect(answer.accepted).toBe(true);
  });

  it('but what is new is taken in any order', async () => {
    const { at, reports } = aWorld();
    const [first, second, third] = [at.stamp(k4), at.stamp(k4), at.stamp(k4)];

    await reports.reportStored(stored(third));
    await reports.reportDropped({ ...dropped(first), fileIds: [f2] });
    await reports.reportVerified(verified(second));

    expect(at.table.replicas()).toEqual([...soundOnOthers, 'k4 sound 1']);
  });

  it('but numbers of one keeper are nothing to another', async () => {
    const { at, reports } = aWorld();
    const { report } = at.stamp(k4);

    await reports.reportVerified(verified({ ...at.stamp(k1), report }));
    const answer = await reports.reportStored(stored({ ...at.stamp(k4), report }));

    expect(answer.accepted).toBe(true);
  });

  it.each([
    ['a report', { report: 0 }],
    ['one given up', { givenUp: [0] }],
  ])('and %s without a number is refused', async (_, change) => {
    const { at, reports } = aWorld();

    const answer = reports.reportStored(stored({ ...at.stamp(k4), ...change }));

    await expect(answer).rejects.toMatchObject({ code: 'usage' });
  });
});

/** One file, which the others hold. */
function aWorld() {
  const at = new AWorld();
  for (const keeper of [k1, k2, k3, k4]) at.join(keeper);
  at.table.storeFile(others);
  return { at, reports: createReportHandlers(at.world) };
}

async function expectNothing(at: AWorld, say: () => Promise<unknown>): Promise<void> {
  const before = [...at.table.disk.rows];
  const told = at.toLoop.length;

  await expect(say()).rejects.toMatchObject({ code: 'stale' });

  expect([...at.table.disk.rows]).toEqual(before);
  expect(at.toLoop.length).toBe(told);
}

const stored = (stamp: KeeperStamp) => ({
  stamp,
  uploadId: '',
  fileId: f1 as string,
  size: 10,
  digest: good as string,
  mp4: undefined,
});

const dropped = (stamp: KeeperStamp) => ({
  stamp,
  fileIds: [f1 as string],
  quarantinedOnly: false,
});

const verified = (stamp: KeeperStamp) => ({
  stamp,
  fileId: f1 as string,
  outcome: Outcome.SOUND,
  reason: '',
  challenge: '',
  proof: '',
});

const failed = (stamp: KeeperStamp) => ({
  stamp,
  uploadId: '',
  fileId: f1 as string,
  code: 'unavailable',
  detail: 'the source was lost',
  badSourceKeeperId: '',
});
