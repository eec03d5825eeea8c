import pino from 'pino';
import { describe, expect, it } from 'vitest';
import { Arrivals } from '../../../src/actors/keeper/arrivals.js';
import { Commands } from '../../../src/actors/keeper/commands.js';
import { resolveConfig } from '../../../src/actors/keeper/config.js';
import { Verifications } from '../../../src/actors/keeper/verifications.js';
import type { KeeperWorld } from '../../../src/actors/keeper/world.js';
import type { FileId } from '../../../src/domain/ids.js';
import { idOf } from '../../domain/replication-builders.js';

describe('commands of the master', () => {
  it('S28: forgets a deletion that has not begun when the keeper registers anew', async () => {
    const disk = new ADisk();
    const commands = commandsOn(disk);
    commands.take(dropOf(1));
    commands.take(dropOf(2));
    await disk.begun(1);

    const forgotten = commands.forget();
    disk.finish();
    await forgotten;
    commands.take(dropOf(3));
    await disk.begun(2);

    expect(disk.dropping).toEqual([idOf(1), idOf(3)]);
    disk.finish();
  });

  it('waits for a deletion under way before an inventory may begin', async () => {
    const disk = new ADisk();
    const commands = commandsOn(disk);
    commands.take(dropOf(1));
    await disk.begun(1);
    let isForgotten = false;

    const forgotten = commands.forget().then(() => {
      isForgotten = true;
    });
    await nextTurn();
    const early = isForgotten;
    disk.finish();
    await forgotten;

    expect([early, isForgotten]).toEqual([false, true]);
  });

  it('S28: waits for a deletion that still ends what is on its way, too', async () => {
    const disk = new ADisk();
    const arrivals = new Arrivals();
    let ended = (): void => undefined;
    const stored = new Promise<void>((resolve) => {
      ended = resolve;
    });
    arrivals.follow({ fileId: idOf(1), stored, giveUp: () => undefined });
    const commands = commandsOn(disk, () => true, arrivals);
    commands.take(dropOf(1));
    await nextTurn();
    let isForgotten = false;

    const forgotten = commands.forget().then(() => {
      isForgotten = true;
    });
    await nextTurn();
    const early = isForgotten;
    ended();
    await disk.begun(1);
    disk.finish();
    await forgotten;

    expect([early, isForgotten]).toEqual([false, true]);
  });

  it('tells the master whether it deleted all of a file or only bad bytes', async () => {
    const disk = new ADisk();
    const commands = commandsOn(disk);

    commands.take({ $case: 'drop', value: { ...dropOf(1).value, quarantinedOnly: true } });
    commands.take(dropOf(2));
    await disk.begun(1);
    disk.finish();
    await nextTurn();

    expect(disk.told).toEqual([`bad bytes of ${idOf(1)}`, `all of ${idOf(2)}`]);
  });

  it('S35: remembers that a file was deleted when it is off the disk, and before it says so', async () => {
    const disk = new ADisk();
    const commands = commandsOn(disk);
    const deletion = { ...dropOf(1), value: { ...dropOf(1).value, deleted: true } };

    commands.take(deletion);
    await disk.begun(1);
    const before = [...disk.told];
    disk.finish();
    await nextTurn();
    commands.take(dropOf(2));
    await disk.begun(2);
    disk.finish();
    await nextTurn();

    expect(before).toEqual([]);
    expect(disk.told).toEqual([`remembered ${idOf(1)}`, `all of ${idOf(1)}`, `all of ${idOf(2)}`]);
  });

  it('S35: does not confirm a deletion that it cannot remember', async () => {
    const disk = new ADisk();
    disk.isForgetful = true;
    const commands = commandsOn(disk);

    commands.take({ ...dropOf(1), value: { ...dropOf(1).value, deleted: true } });
    await disk.begun(1);
    disk.finish();
    await nextTurn();

    expect(disk.told).toEqual([]);
  });

  it('begins nothing any more when the keeper stops', async () => {
    const disk = new ADisk();
    const commands = commandsOn(disk);

    await commands.stop();
    commands.take(dropOf(1));
    await nextTurn();

    expect(disk.dropping).toEqual([]);
  });

  it('S28: refuses what is meant for another start', async () => {
    const disk = new ADisk();
    const commands = commandsOn(disk);

    commands.take(dropOf(1, 6));
    await nextTurn();

    expect(disk.dropping).toEqual([]);
  });

  it('S26: deletes nothing for a master whose table is older than what was seen', async () => {
    const disk = new ADisk();
    const commands = commandsOn(disk, () => false);

    commands.take(dropOf(1));
    commands.take({
      $case: 'discard',
      value: { fileId: idOf(1), uploadId: idOf(2), incarnation: 7 },
    });
    await nextTurn();

    expect([disk.dropping, disk.discarded]).toEqual([[], []]);
  });
});

/** Deletes when it is told that it is done. */
class ADisk {
  readonly dropping: FileId[] = [];
  readonly discarded: FileId[] = [];
  isForgetful = false;
  /** What was written down, and what the master was told. */
  readonly told: string[] = [];
  #onBegin: () => void = () => undefined;
  #onFinish: () => void = () => undefined;

  async drop(fileIds: readonly FileId[]) {
    this.dropping.push(...fileIds);
    this.#onBegin();
    await new Promise<void>((resolve) => {
      this.#onFinish = resolve;
    });
    return { dropped: fileIds, failed: [] };
  }

  async dropQuarantined(fileIds: readonly FileId[]) {
    return { dropped: fileIds, failed: [] };
  }

  async noteDeleted(fileIds: readonly FileId[]): Promise<void> {
    if (this.isForgetful) throw new Error('the disk is full');
    this.told.push(`remembered ${fileIds.join()}`);
  }

  async discard(fileId: FileId): Promise<void> {
    this.discarded.push(fileId);
  }

  finish(): void {
    this.#onFinish();
  }

  async begun(count: number): Promise<void> {
    while (this.dropping.length < count)
      await new Promise<void>((resolve) => {
        this.#onBegin = resolve;
      });
  }
}

function commandsOn(disk: ADisk, mayDelete = () => true, arrivals = new Arrivals()): Commands {
  const store = Object.assign(disk, { identity: { incarnation: 7 } });
  const world: Pick<KeeperWorld, 'arrivals' | 'config' | 'log' | 'verifications'> &
    Record<'link' | 'store', unknown> = {
    arrivals,
    config: resolveConfig({ port: 0 }),
    link: {
      reportDropped: async (fileIds: readonly FileId[], quarantinedOnly: boolean) => {
        disk.told.push(`${quarantinedOnly ? 'bad bytes' : 'all'} of ${fileIds.join()}`);
      },
    },
    log: pino({ level: 'silent' }),
    store,
    verifications: new Verifications({ verify: () => Promise.reject(new Error('not asked')) }, 1),
  };
  return new Commands(world as unknown as KeeperWorld, mayDelete);
}

const dropOf = (number: number, incarnation = 7) =>
  ({
    $case: 'drop',
    value: { fileId: idOf(number), incarnation, quarantinedOnly: false, deleted: false },
  }) as const;

const nextTurn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
