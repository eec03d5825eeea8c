import { describe, expect, it } from 'vitest';
import { createKeeperHandlers } from '../../../src/actors/master/keeper-handlers.js';
import { wallMs } from '../../../src/domain/ids.js';
import { entry, f1, k1, k2, k3 } from '../lookup-table/table-under-test.js';
import { AWorld } from './a-world.js';

describe('asking what is to be read again', () => {
  it('S4: answers with what the table says of sound replicas, in the order of file ids', async () => {
    const at = new AWorld();
    for (const keeper of [k1, k2, k3]) at.join(keeper);
    at.table.storeFile([k1, k2]);
    at.nowMs += 3_000;
    const list = (keeper: typeof k1) =>
      createKeeperHandlers(at.world).listReplicas({ stamp: at.stamp(keeper), ...fromStart });
    at.finds(k2, 'quarantined');

    expect(await list(k1)).toEqual({
      replicas: [{ fileId: f1, size: 10, digest: entry.digest, ageMs: expect.any(Number) }],
      nextAfterFileId: '',
    });
    expect(await list(k2)).toEqual({ replicas: [], nextAfterFileId: '' });
    expect(await list(k3)).toEqual({ replicas: [], nextAfterFileId: '' });
  });

  it.each([
    ['a while ago', -3_000, 3_000],
    ['just now', 0, 0],
    ['in a time to come, as if never', 1, 1_700_000_001_000],
  ])('tells the age of one that was verified %s', async (_, ahead, age) => {
    const at = new AWorld();
    at.join(k1);
    at.table.storeFile([k1]);
    const verifiedAt = wallMs(at.world.wallMs() + ahead);
    const by = { keeper: k1, incarnation: 1, fileId: f1 };
    at.table.ask('record verified', { ...by, outcome: 'sound', at: verifiedAt });

    const { replicas } = await createKeeperHandlers(at.world).listReplicas({
      stamp: at.stamp(k1),
      ...fromStart,
    });

    expect(replicas.map(({ ageMs }) => ageMs)).toEqual([age]);
  });

  it('goes on after the last page', async () => {
    const at = new AWorld();
    at.join(k1);
    at.table.storeFile([k1]);
    const list = (afterFileId: string) =>
      createKeeperHandlers(at.world).listReplicas({ stamp: at.stamp(k1), afterFileId, limit: 1 });

    const first = await list('');
    const second = await list(first.nextAfterFileId);

    expect([first.replicas.length, first.nextAfterFileId]).toEqual([1, f1]);
    expect(second).toEqual({ replicas: [], nextAfterFileId: '' });
  });

  it.each([
    ['of an older start', { incarnation: 0 }, '', 'stale'],
    ['of another term', { epoch: 7 }, '', 'stale'],
    ['after what is no file id', {}, '../x', 'usage'],
  ])('is refused %s', async (_, change, afterFileId, code) => {
    const at = new AWorld();
    at.join(k1);
    const stamp = { ...at.stamp(k1), ...change };

    const answer = createKeeperHandlers(at.world).listReplicas({ stamp, afterFileId, limit: 0 });

    await expect(answer).rejects.toMatchObject({ code });
  });
});

const fromStart = { afterFileId: '', limit: 0 };
