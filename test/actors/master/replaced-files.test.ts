/** S27: what was replaced stays until more than one keeper vouches for what took its place. */
import { describe, expect, it } from 'vitest';
import { uploadId as anUploadId } from '../../../src/domain/ids.js';
import { f1, f2, fileIdOf, k1, k2, k3, report } from '../lookup-table/table-under-test.js';
import { AWorld, type KeeperSetting, settled } from './a-world.js';

describe('a file that was replaced', () => {
  it('stays while one keeper alone vouches for the new one, and goes when another does', async () => {
    const at = aReplacement();

    at.drops.wakeAll();
    await settled();
    const before = at.orders(k1);
    copyTo(at, k2);
    at.drops.wakeAll();
    await settled();

    expect([before, at.orders(k1)]).toEqual([[], [`drop ${f1}`]]);
  });

  it.each<[string, KeeperSetting]>([
    ['is lost', { state: 'lost' }],
    ['has not reported', { reported: false }],
    ['has no room', { freeBytes: 10 }],
    ['has a disk that fails', { diskSuspect: true }],
  ])('L4, L18: waits for no other keeper when the only one %s', async (_, setting) => {
    const at = aReplacement(setting);

    at.drops.wake(k1);
    await settled();

    expect(at.orders(k1)).toEqual([`drop ${f1}`]);
  });

  it('waits for nobody where the new one is to have one replica', async () => {
    const at = aReplacement({}, 1);

    at.drops.wakeAll();
    await settled();

    expect(at.orders(k1)).toEqual([`drop ${f1}`]);
  });

  it('goes with the new one when that is removed', async () => {
    const at = aReplacement();

    at.table.ask('remove file', { name: 'a', at: at.world.wallMs() });
    at.drops.wakeAll();
    await settled();

    expect([at.orders(k1), at.orders(k3)]).toEqual([[`drop ${f1}`], [`drop ${f2}`]]);
  });

  it.each([
    ['is renamed', 'a'],
    ['is renamed, and another one takes the name', 'other'],
  ])('waits on when the new one %s', async (_, from) => {
    const at = aReplacement();
    store(at, 5, 'other');
    const { uploadId: __, ...copy } = report;
    at.table.ask('record stored', { ...copy, fileId: fileIdOf(5), keeper: k2 });
    at.table.ask('rename file', { name: 'a', newName: 'b' });
    if (from === 'other') at.table.ask('rename file', { name: 'other', newName: 'a' });

    at.drops.wakeAll();
    await settled();

    expect(at.orders(k1)).toEqual([]);
  });

  it('waits for a keeper that is suspect, until that is decided', async () => {
    const at = aReplacement({ state: 'suspect' });

    at.drops.wake(k1);
    await settled();
    const before = at.orders(k1);
    at.world.keepers.judged(k2, 'lost');
    at.drops.wake(k1);
    await settled();

    expect([before, at.orders(k1)]).toEqual([[], [`drop ${f1}`]]);
  });

  it('S26: is not ordered to go when trust was lost while the table was asked', async () => {
    const at = aReplacement({ state: 'lost' });
    at.onAsk = (type) => {
      if (type === 'drops due') at.mode = 'safe mode';
    };

    at.drops.wake(k1);
    await settled();

    expect(at.orders(k1)).toEqual([]);
  });

  it('waits on, with the second one, when that is replaced in its turn', async () => {
    const at = aReplacement();
    replace(at, 3);

    at.drops.wakeAll();
    await settled();

    expect([at.orders(k1), at.orders(k3)]).toEqual([[], []]);
  });

  it('L11: holds up no other deletion, however many wait', async () => {
    const at = aReplacement();
    for (let number = 10; number < 10 + 2 * 256; number += 1) {
      store(at, number, `file ${number}`);
      replace(at, number + 1_000, `file ${number}`);
    }
    // One of the first page, as one that its keeper cannot erase, and one behind the last.
    for (const number of [5, 9_999]) {
      store(at, number, 'removed');
      at.table.ask('remove file', { name: 'removed', at: at.world.wallMs() });
    }

    at.drops.wake(k1);
    await settled();

    expect(at.orders(k1)).toEqual([5, 9_999].map((number) => `drop ${fileIdOf(number)}`));
  });
});

/** `a` was on `k1`; the one that took its name is on `k3`, and `k2` could have a copy. */
function aReplacement(ofOther: KeeperSetting = {}, target = 3): AWorld {
  const at = new AWorld();
  at.join(k1, { diskSuspect: true });
  at.join(k2, ofOther);
  at.join(k3);
  store(at, 1, 'a');
  replace(at, 2, 'a', target);
  return at;
}

function store(at: AWorld, number: number, name: string): void {
  const uploadId = uploadIdFor(number);
  at.table.reserve({ uploadId, newFileId: fileIdOf(number), name });
  at.table.store({ uploadId, fileId: fileIdOf(number) });
}

function replace(at: AWorld, number: number, name = 'a', target = 3): void {
  const uploadId = uploadIdFor(number);
  const upload = { uploadId, newFileId: fileIdOf(number), keeper: k3 };
  at.table.reserve({ ...upload, name, target, replace: true });
  at.table.store({ uploadId, fileId: fileIdOf(number), keeper: k3 });
  at.table.takeNotices();
}

function copyTo(at: AWorld, keeper: typeof k2): void {
  const { uploadId: _, ...copy } = report;
  at.table.ask('record stored', { ...copy, fileId: f2, keeper });
}

const uploadIdFor = (number: number) => anUploadId(fileIdOf(number));
