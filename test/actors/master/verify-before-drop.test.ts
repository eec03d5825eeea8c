/** S27: what a drop rests on has been read again just before. */
import { describe, expect, it, vi } from 'vitest';
import { Dispatcher } from '../../../src/actors/master/dispatcher.js';
import { createVerifyHandlers } from '../../../src/actors/master/verify-handlers.js';
import type { FileId, KeeperId } from '../../../src/domain/ids.js';
import { f1, fileIdOf, k1, k2, k3, k4, uploadIdOf } from '../lookup-table/table-under-test.js';
import { AWorld, readAll, settled } from './a-world.js';

const stayers = [k1, k2, k3];

describe('a drop', () => {
  it('S27: waits until every keeper that stays has read its replica again', async () => {
    const { at, orderDrop } = aSurplus();

    orderDrop();
    await settled();
    expect(stayers.map((keeper) => at.orders(keeper))).toEqual(stayers.map(() => [`verify ${f1}`]));
    for (const keeper of [k1, k2]) at.finds(keeper, 'sound');
    await settled();
    expect([at.orders(k4), at.table.replicas()[3]]).toEqual([[], 'k4 sound 1']);
    at.finds(k3, 'sound');
    await settled();

    expect([at.orders(k4), at.table.replicas()[3]]).toEqual([[`drop ${f1}`], 'k4 dropping 1']);
    expect(at.toLoop.map(({ type }) => type)).not.toContain('drop ended');
  });

  it.each(['quarantined', 'absent', 'unknown'] as const)(
    'S27: is refused when fewer than the target are sound, for one is %s',
    async (outcome) => {
      const { at, orderDrop } = aSurplus();

      orderDrop();
      await settled();
      at.finds(k1, outcome);
      for (const keeper of [k2, k3]) at.finds(keeper, 'sound');
      await settled();

      expectRefused(at);
    },
  );

  it('rests on those that are sound, when they are enough without the others', async () => {
    const { at, orderDrop } = aSurplus({ target: 2 });

    orderDrop();
    await settled();
    at.finds(k2, 'quarantined');
    for (const keeper of [k1, k3]) at.finds(keeper, 'sound');
    await settled();

    expect(at.orders(k4)).toEqual([`drop ${f1}`]);
  });

  it('S27: does not rest on a keeper that was lost after it had read its replica', async () => {
    const { at, orderDrop } = aSurplus();

    orderDrop();
    await settled();
    at.finds(k1, 'sound');
    at.world.keepers.judged(k1, 'lost');
    for (const keeper of [k2, k3]) at.finds(keeper, 'sound');
    await settled();

    expectRefused(at);
  });

  it('S27: does not rest on a keeper that registers anew while it reads', async () => {
    const { at, orderDrop } = aSurplus();

    orderDrop();
    await settled();
    at.join(k1, { incarnation: 2 });
    at.world.verifications.lose(k1, 'its keeper has registered anew');
    for (const keeper of [k2, k3]) at.finds(keeper, 'sound');
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
      for (const keeper of stayers) at.finds(keeper, 'sound');
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
    for (const keeper of stayers) at.finds(keeper, 'sound');
    await settled();

    expect(at.toLoop).toContainEqual(refused);
  });

  it('is refused while another one of the same file is under way', async () => {
    const { at, orderDrop } = aSurplus();

    orderDrop();
    orderDrop();
    await settled();
    expect(at.toLoop).toHaveLength(1);
    for (const keeper of stayers) at.finds(keeper, 'sound');
    await settled();

    expect(at.orders(k1)).toEqual([`verify ${f1}`]);
    expect(at.orders(k4)).toEqual([`drop ${f1}`]);
  });

  it('has nothing read twice that somebody is having verified', async () => {
    const { at, orderDrop } = aSurplus();
    const { verify } = createVerifyHandlers(at.world);

    const answers = readAll(verify({ name: 'a' }, new AbortController().signal));
    await settled();
    orderDrop();
    await settled();
    for (const keeper of [...stayers, k4]) at.finds(keeper, 'sound');
    await settled();

    expect(at.orders(k1)).toEqual([`verify ${f1}`]);
    expect(at.orders(k4)).toEqual([`verify ${f1}`, `drop ${f1}`]);
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
      for (const keeper of stayers) {
        at.finds(keeper, 'sound', fileIdOf(file));
        await settled();
      }

    expect(at.orders(k4)).toEqual([1, 2, 3].map((file) => `drop ${fileIdOf(file)}`));
  });
});

// Builders

const refused = { type: 'drop ended', fileId: f1, keeper: k4, outcome: 'refused' };

/** Files of the target with sound replicas on four keepers; the last one's is ordered to go. */
function aSurplus({ target = 3, files = 1 } = {}) {
  const at = new AWorld();
  for (const keeper of [...stayers, k4]) at.join(keeper);
  for (let file = 1; file <= files; file += 1) store(at, fileIdOf(file), target);
  at.table.takeNotices();
  const dispatcher = new Dispatcher(at.world);
  const staying = stayers.map((keeper) => ({ keeper, incarnation: 1 }));
  const drop = {
    keeper: k4,
    incarnation: 1,
    why: 'surplus',
    staying,
    verifyWithinMs: 50_000,
  } as const;
  const orderDrop = (fileId: FileId = f1): void =>
    dispatcher.onLoopEffect({ type: 'drop', fileId, ...drop });
  return { at, orderDrop };
}

function store(at: AWorld, newFileId: FileId, target: number): void {
  const uploadId = uploadIdOf(Number.parseInt(newFileId, 16));
  const name = newFileId === f1 ? 'a' : newFileId;
  at.table.reserve({ uploadId, newFileId, name, target });
  at.table.store({ uploadId, fileId: newFileId });
  for (const keeper of [k2, k3, k4]) copyTo(at, newFileId, keeper);
}

function copyTo(at: AWorld, fileId: FileId, keeper: KeeperId): void {
  const file = at.table.ask('find file', { fileId });
  if (file === null) throw new Error('the file has been stored');
  const { size, digest, mp4 } = file;
  at.table.ask('record stored', {
    ...{ keeper, incarnation: 1, fileId, size, digest, mp4, at: at.world.wallMs() },
  });
}

function expectRefused(at: AWorld): void {
  expect(at.toLoop).toContainEqual(refused);
  expect(at.orders(k4)).toEqual([]);
  expect(at.table.replicas()).toContain('k4 sound 1');
}
