/** S27: what a drop rests on has been read again just before. */
import { describe, expect, it, vi } from 'vitest';
import { createVerifyHandlers } from '../../../src/actors/master/verify-handlers.js';
import { f1, fileIdOf, k1, k2, k3, k4 } from '../lookup-table/table-under-test.js';
import { all, aSurplus, expectDropped, expectRefused, refused } from './a-surplus.js';
import { readAll, settled } from './a-world.js';

describe('a drop', () => {
  it('S27: waits until every keeper has shown that it has the bytes', async () => {
    const { at, orderDrop } = aSurplus();

    orderDrop();
    await settled();
    expect(all.map((keeper) => at.orders(keeper))).toEqual(all.map(() => [`verify ${f1}`]));
    for (const keeper of [k1, k2, k4]) at.finds(keeper, 'sound');
    await settled();
    expect([at.orders(k4), at.table.replicas()[3]]).toEqual([[`verify ${f1}`], 'k4 sound 1']);
    at.finds(k3, 'sound');
    await settled();

    expect([at.orders(k4), at.table.replicas()[3]]).toEqual([
      [`verify ${f1}`, `drop ${f1}`],
      'k4 dropping 1',
    ]);
    expect(at.toLoop.map(({ type }) => type)).not.toContain('drop ended');
  });

  it.each(['quarantined', 'absent', 'unknown'] as const)(
    'S27: is refused when fewer than the target are sound, for one is %s',
    async (outcome) => {
      const { at, orderDrop } = aSurplus();

      orderDrop();
      await settled();
      at.finds(k1, outcome);
      for (const keeper of [k2, k3, k4]) at.finds(keeper, 'sound');
      await settled();

      expectRefused(at);
    },
  );

  it('rests on those that are sound, when they are enough without the others', async () => {
    const { at, orderDrop } = aSurplus({ target: 2 });

    orderDrop();
    await settled();
    at.finds(k2, 'quarantined');
    for (const keeper of [k1, k3, k4]) at.finds(keeper, 'sound');
    await settled();

    expectDropped(at);
  });

  it('S27: does not rest on a keeper that was lost after it had read its replica', async () => {
    const { at, orderDrop } = aSurplus();

    orderDrop();
    await settled();
    at.finds(k1, 'sound');
    at.world.keepers.judged(k1, 'lost');
    for (const keeper of [k2, k3, k4]) at.finds(keeper, 'sound');
    await settled();

    expectRefused(at);
  });

  it('S27: does not rest on a keeper that registers anew while it reads', async () => {
    const { at, orderDrop } = aSurplus();

    orderDrop();
    await settled();
    at.join(k1, { incarnation: 2 });
    at.world.verifications.lose(k1, 'its keeper has registered anew');
    for (const keeper of [k2, k3, k4]) at.finds(keeper, 'sound');
    await settled();

    expectRefused(at);
  });

  it.each(['safe mode', 'recovering'] as const)(
    'S26: is refused when the master enters %s while it waits',
    async (mode) => {
      const { at, orderDrop } = aSurplus();

      orderDrop();
      await settled();
      at.mode = mode;
      for (const keeper of all) at.finds(keeper, 'sound');
      await settled();

      expectRefused(at);
    },
  );

  it('S26: has nothing read in safe mode', async () => {
    const { at, orderDrop } = aSurplus();
    at.mode = 'safe mode';

    orderDrop();
    await settled();

    expect(at.orders(k1)).toEqual([]);
    expectRefused(at);
  });

  it('is refused when its file has been deleted meanwhile', async () => {
    const { at, orderDrop } = aSurplus();

    orderDrop();
    await settled();
    at.table.ask('remove file', { name: 'a', at: at.world.wallMs() });
    for (const keeper of all) at.finds(keeper, 'sound');
    await settled();

    expect(at.toLoop).toContainEqual(refused);
  });

  it('is refused while another one of the same file is under way', async () => {
    const { at, orderDrop } = aSurplus();

    orderDrop();
    orderDrop();
    await settled();
    expect(at.toLoop).toHaveLength(1);
    for (const keeper of all) at.finds(keeper, 'sound');
    await settled();

    expect(at.orders(k1)).toEqual([`verify ${f1}`]);
    expectDropped(at);
  });

  it('answers those too who have a replica verified meanwhile', async () => {
    const { at, orderDrop } = aSurplus();
    const { verify } = createVerifyHandlers(at.world);

    orderDrop();
    await settled();
    const answers = readAll(verify({ name: 'a' }, new AbortController().signal));
    await settled();
    for (const keeper of all) at.finds(keeper, 'sound');
    await settled();

    expect(at.orders(k1)).toEqual([`verify ${f1}`]);
    expectDropped(at);
    expect(await answers).toHaveLength(5);
  });

  it('S27: asks for its proofs also where somebody is having the replica verified', async () => {
    const { at, orderDrop } = aSurplus();
    const { verify } = createVerifyHandlers(at.world);

    const answers = readAll(verify({ name: 'a' }, new AbortController().signal));
    await settled();
    orderDrop();
    await settled();
    const orders = at.orders(k1);
    for (const keeper of all) at.finds(keeper, 'sound');
    await settled();

    expect(orders).toEqual([`verify ${f1}`, `verify ${f1}`]);
    expect(at.orders(k4)).toContain(`drop ${f1}`);
    expect(await answers).toHaveLength(5);
  });

  it('L11: is given up after its time, and what it waited for is not read any more', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    const { at, orderDrop } = aSurplus({ files: 3 });

    for (const file of [1, 2, 3]) orderDrop(fileIdOf(file));
    await settled();
    const begun = at.orders(k1);
    vi.advanceTimersByTime(50_000);
    await settled();
    at.finds(k1, 'sound', fileIdOf(1));
    await settled();
    const orders = at.orders(k1);
    at.world.verifications.close();
    await settled();
    const clocks = vi.getTimerCount();
    vi.useRealTimers();

    expect(begun).toEqual([`verify ${fileIdOf(1)}`, `verify ${fileIdOf(2)}`]);
    expect(orders).toEqual(begun);
    expect(at.toLoop.map(({ type }) => type)).toEqual(['drop ended', 'drop ended', 'drop ended']);
    expect(clocks).toBe(0);
  });

  it('waits for a lane of a keeper that reads for two others', async () => {
    const { at, orderDrop } = aSurplus({ files: 3 });

    for (const file of [1, 2, 3]) orderDrop(fileIdOf(file));
    await settled();
    for (const file of [1, 2, 3])
      for (const keeper of all) {
        at.finds(keeper, 'sound', fileIdOf(file));
        await settled();
      }

    expect(at.orders(k4).filter((order) => order.startsWith('drop'))).toEqual(
      [1, 2, 3].map((file) => `drop ${fileIdOf(file)}`),
    );
  });
});
