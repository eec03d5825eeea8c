import { describe, expect, it } from 'vitest';
import { uploadId as anUploadId } from '../../../src/domain/ids.js';
import { f1, f2, fileIdOf, k1, k2 } from '../lookup-table/table-under-test.js';
import { AWorld, settled } from './a-world.js';

describe('orders to drop deleted files', () => {
  it('go to a keeper that has reported, once', async () => {
    const at = aWorldWithDeleted(1);

    at.drops.wake(k1);
    at.drops.wake(k1);
    await settled();

    expect(at.orders(k1)).toEqual([`drop ${f1}`]);
  });

  it('name the start of the keeper that they are for, and that the file was deleted', async () => {
    const at = aWorldWithDeleted(1);

    at.drops.wake(k1);
    await settled();

    expect(at.told.get(k1)?.[0]?.value).toEqual({
      fileId: f1,
      incarnation: 1,
      quarantinedOnly: false,
      deleted: true,
    });
  });

  it.each(['recovering', 'safe mode'] as const)(
    'are not given while the master is %s',
    async (mode) => {
      const at = aWorldWithDeleted(1);
      at.mode = mode;

      at.drops.wake(k1);
      at.drops.wakeAll();
      await settled();

      expect(at.orders(k1)).toEqual([]);
    },
  );

  it('are not given to a keeper before it has reported', async () => {
    const at = aWorldWithDeleted(1);
    at.join(k1, { incarnation: 2, reported: false });

    at.drops.wake(k1);
    at.drops.wakeAll();
    await settled();

    expect(at.orders(k1)).toEqual([]);
  });

  it('are given again only when they have not been confirmed for long', async () => {
    const at = aWorldWithDeleted(1);
    at.drops.wakeAll();
    await settled();

    at.nowMs += 14_999;
    at.drops.wakeAll();
    await settled();
    const before = at.orders(k1).length;
    at.nowMs += 1;
    at.drops.wakeAll();
    await settled();

    expect([before, at.orders(k1).length]).toEqual([1, 2]);
  });

  it('are given to a keeper that had no session when they were due', async () => {
    const at = aWorldWithDeleted(1);
    at.join(k1, { session: false });
    at.drops.wake(k1);
    await settled();

    at.join(k1);
    at.drops.wake(k1);
    await settled();

    expect(at.orders(k1)).toEqual([`drop ${f1}`]);
  });

  it('come in portions, the next when the last of one is confirmed', async () => {
    const at = aWorldWithDeleted(300);

    at.drops.wake(k1);
    await settled();
    const first = (at.told.get(k1) ?? []).map(({ value }) => value.fileId);
    const ids = Array.from({ length: 256 }, (_, index) => fileIdOf(index + 1));
    at.table.ask('record dropped', {
      keeper: k1,
      incarnation: 1,
      fileIds: ids,
      quarantinedOnly: false,
    });
    at.drops.confirmed(k1, ids);
    await settled();

    expect(first).toEqual(ids);
    expect(at.orders(k1)).toHaveLength(300);
  });

  it('go on after the table could not be asked', async () => {
    const at = aWorldWithDeleted(1);
    at.onAsk = () => {
      throw new Error('too much to do');
    };
    at.drops.wake(k1);
    await settled();

    at.onAsk = () => undefined;
    at.drops.wake(k1);
    await settled();

    expect(at.orders(k1)).toEqual([`drop ${f1}`]);
  });

  it('take no notice of a confirmation of what was not ordered', async () => {
    const at = aWorldWithDeleted(1);

    at.drops.confirmed(k2, [f2]);
    await settled();

    expect(at.orders(k2)).toEqual([]);
  });
});

/** Files whose names are gone and whose bytes are still on `k1`. */
function aWorldWithDeleted(count: number): AWorld {
  const at = new AWorld();
  at.join(k1);
  for (let number = 1; number <= count; number += 1) {
    const name = `${number}`;
    const uploadId = anUploadId(fileIdOf(number));
    at.table.reserve({ name, uploadId, newFileId: fileIdOf(number) });
    at.table.store({ uploadId, fileId: fileIdOf(number) });
    at.table.ask('remove file', { name, at: at.world.wallMs() });
  }
  at.table.takeNotices();
  return at;
}
