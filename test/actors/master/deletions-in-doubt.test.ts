/** What the master orders off a disk, and refuses to take in, only while it trusts its table and its keeper. */
import { describe, expect, it } from 'vitest';
import { Dispatcher } from '../../../src/actors/master/dispatcher.js';
import { createKeeperHandlers } from '../../../src/actors/master/keeper-handlers.js';
import { createReportHandlers } from '../../../src/actors/master/report-handlers.js';
import { ReelkeepError } from '../../../src/domain/errors.js';
import { toInventoryMessage } from '../../../src/rpc/file-message.js';
import type { ReportInventoryRequest } from '../../../src/rpc/generated/reelkeep/v1/keeper.js';
import { entry, f1, good, k1, k2, u1 } from '../lookup-table/table-under-test.js';
import { AWorld, settled } from './a-world.js';

describe('in doubt', () => {
  it.each([
    ['serving', [`discard ${f1}`]],
    ['recovering', []],
    ['safe mode', []],
  ] as const)('S26: what was received in vain is discarded, while %s, as %j', (mode, orders) => {
    const at = aWorld();
    at.mode = mode;

    new Dispatcher(at.world).onTableNotice({
      type: 'discard due',
      keeper: k1,
      uploadId: u1,
      fileId: f1,
    });

    expect(at.orders(k1)).toEqual(orders);
  });

  it.each(['recovering', 'safe mode'] as const)(
    'S26: a keeper is not told to throw away what the table does not know, while %s',
    async (mode) => {
      const at = aWorld();
      at.mode = mode;

      const verdict = createReportHandlers(at.world).reportStored({
        stamp: at.stamp(k1),
        uploadId: u1,
        fileId: f1,
        size: 10,
        digest: good,
        mp4: undefined,
      });

      await expect(verdict).rejects.toMatchObject({ code: 'unavailable' });
    },
  );

  it('S27: a drop is not ordered of a keeper that has begun to register anew', async () => {
    const at = aWorld();
    at.join(k2);
    at.table.reserve({ target: 1 });
    at.table.store();
    at.table.copyTo(k2);
    at.onAsk = (type) => {
      if (type === 'agree to drop') at.join(k2, { reported: false });
    };

    new Dispatcher(at.world).onLoopEffect({
      type: 'drop',
      fileId: f1,
      keeper: k2,
      incarnation: 1,
      why: 'surplus',
      staying: [{ keeper: k1, incarnation: 1 }],
      verifyWithinMs: 60_000,
    });
    await settled();
    for (const keeper of [k1, k2]) at.finds(keeper, 'sound');
    await settled();

    expect(at.orders(k2)).not.toContain(`drop ${f1}`);
    expect(at.toLoop.at(-1)).toMatchObject({ type: 'drop ended', outcome: 'refused' });
  });

  it('S25: an inventory does not count for the registration that came after it had begun', async () => {
    const at = aWorld();
    const { reportInventory } = createKeeperHandlers(at.world);
    async function* pages(): AsyncGenerator<ReportInventoryRequest> {
      yield { stamp: at.stamp(k1), entries: [], complete: false, deletedFileIds: [] };
      at.join(k1, { reported: false });
      yield { stamp: at.stamp(k1), entries: [], complete: true, deletedFileIds: [] };
    }

    await expect(reportInventory(pages())).rejects.toMatchObject({ code: 'stale' });

    expect(at.world.keepers.views.get(k1)?.inventory).toBe('awaited');
  });

  it.each([
    { fileId: 'f'.repeat(5_000) },
    { uploadId: 'u'.repeat(5_000) },
    { digest: 'no digest' },
  ])('S47: an entry of an inventory that is none never reaches the table: %j', async (change) => {
    const at = aWorld();
    const asked: string[] = [];
    at.onAsk = (type) => void asked.push(type);
    async function* pages(): AsyncGenerator<ReportInventoryRequest> {
      yield {
        stamp: at.stamp(k1),
        entries: [{ ...toInventoryMessage(entry), ...change }],
        complete: true,
        deletedFileIds: [],
      };
    }

    const report = createKeeperHandlers(at.world).reportInventory(pages());

    await expect(report).rejects.toMatchObject({ code: 'usage' });
    expect(asked).toEqual([]);
  });

  it('L4: garbage of one keeper that registers anew does not hold up that of another', async () => {
    const at = aWorld();
    at.join(k2);
    at.garbage.note(k1, 1, [entry]);
    at.garbage.note(k2, 1, [entry]);
    let asked = 0;
    at.onAsk = (type) => {
      if (type !== 'take inventory') return;
      asked += 1;
      if (asked === 1) throw new ReelkeepError('stale', 'a later start was admitted');
    };

    await at.garbage.collect(at.world);
    await settled();

    expect([at.orders(k1), at.orders(k2)]).toEqual([[], [`drop ${f1}`]]);
  });

  it('S26: garbage is kept in mind, not collected, when trust is lost again', async () => {
    const at = aWorld();
    at.garbage.note(k1, 1, [entry]);
    at.mode = 'safe mode';
    await at.garbage.collect(at.world);
    await settled();
    const inDoubt = at.orders(k1);

    at.mode = 'serving';
    await at.garbage.collect(at.world);
    await settled();

    expect([inDoubt, at.orders(k1)]).toEqual([[], [`drop ${f1}`]]);
  });

  it('L4: what becomes due while a keeper is being looked at is ordered next', async () => {
    const at = aWorld();
    at.table.storeFile([k1]);
    at.onAsk = (type) => {
      if (type !== 'drops due') return;
      at.onAsk = () => undefined;
      queueMicrotask(() => {
        at.table.ask('remove file', { name: 'a', at: at.world.wallMs() });
        at.table.takeNotices();
        at.drops.wake(k1);
      });
    };

    at.drops.wake(k1);
    await settled();

    expect(at.orders(k1)).toEqual([`drop ${f1}`]);
  });
});

function aWorld(): AWorld {
  const at = new AWorld();
  at.join(k1);
  return at;
}
