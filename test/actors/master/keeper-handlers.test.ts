import { describe, expect, it } from 'vitest';
import type { InventoryEntry } from '../../../src/actors/lookup-table/messages.js';
import { createKeeperHandlers } from '../../../src/actors/master/keeper-handlers.js';
import { wallMs } from '../../../src/domain/ids.js';
import { toInventoryMessage } from '../../../src/rpc/file-message.js';
import type {
  RegisterRequest,
  ReportInventoryRequest,
} from '../../../src/rpc/generated/reelkeep/v1/keeper.js';
import { entry, f1, f2, k1, k2, k3, u2 } from '../lookup-table/table-under-test.js';
import { AWorld, settled } from './a-world.js';

describe('registering', () => {
  it('answers with the term of the master and a key of its own', async () => {
    const at = new AWorld();
    const { register } = createKeeperHandlers(at.world);

    const first = await register(registration());
    const second = await register(registration({ keeperId: 'k2', advertise: 'k2:7001' }));

    expect(first).toMatchObject({
      clusterId: 'c'.repeat(32),
      epoch: 1,
      heartbeatEveryMs: 1_000,
      acceptAny: false,
      masterClockMs: 1_000,
    });
    expect(first.ticketKey?.secret).toHaveLength(32);
    expect(first.ticketKey).not.toEqual(second.ticketKey);
  });

  it('tells the monitor, the directory and who weighs the trust in the table', async () => {
    const at = new AWorld();

    await createKeeperHandlers(at.world).register(
      registration({ highestEpoch: 4, highestCommit: 9 }),
    );

    expect(at.toMonitor).toEqual([{ type: 'admitted', keeper: k1, incarnation: 1 }]);
    expect(at.world.keepers.views.get(k1)).toMatchObject({
      state: 'joining',
      inventory: 'awaited',
    });
    expect(at.seen).toEqual(['k1 4 9']);
  });

  it.each([1, 2, 5])(
    'L7: counts a new directory as a later start than the %s. of the one whose id it has',
    async (before) => {
      const at = new AWorld();
      at.join(k1, { incarnation: before, state: 'lost' });

      const answer = await createKeeperHandlers(at.world).register(registration());

      expect(answer.incarnation).toBe(before + 1);
    },
  );

  it.each<[string, Partial<RegisterRequest>, string]>([
    ['a name that can be none', { keeperId: 'K 1' }, 'usage'],
    ['an address that nobody can dial', { advertise: '7001' }, 'usage'],
    ['an address without an end', { advertise: `${'a'.repeat(10_000)}:7001` }, 'usage'],
    ['what can be no cluster', { clusterId: '../..' }, 'usage'],
    ['an id of its start without an end', { startId: 's'.repeat(10_000) }, 'usage'],
    ['a start that nobody has come to', { incarnation: 2 ** 53 - 1 }, 'usage'],
    ['an epoch that nobody has come to', { highestEpoch: 2 ** 53 - 1 }, 'usage'],
    ['a commit that nobody has come to', { highestCommit: 2 ** 53 - 1 }, 'usage'],
    ['a directory of another cluster', { clusterId: 'd'.repeat(32) }, 'not-allowed'],
  ])('is refused with %s, and nobody is told', async (_, changes, code) => {
    const at = new AWorld();
    at.table.admit(k1, 2);

    const answer = createKeeperHandlers(at.world).register(
      registration({ incarnation: 3, ...changes }),
    );

    await expect(answer).rejects.toMatchObject({ code });
    expect(at.toMonitor).toEqual([]);
    expect(at.world.keepers.views.size).toBe(0);
  });
});

describe('a keeper that is to be taken in', () => {
  it('is asked for facts, and is taken in when all that it holds has become files', async () => {
    const at = rebuiltWorld();
    const createdAt = wallMs(Number.MAX_SAFE_INTEGER);
    const facts = { name: 'a.mp4', createdAt, target: 99, mp4: notMp4 };

    const before = await createKeeperHandlers(at.world).register(registration(inCluster));
    await report(at, { ...page(at, [{ ...entry, facts }], true), stamp: at.stamp(k1, 1) });
    const after = await createKeeperHandlers(at.world).register(registration(inCluster));

    expect([before.wantsFacts, after.wantsFacts]).toEqual([true, false]);
    expect(at.table.ask('find file', { name: 'a.mp4' })).toMatchObject({
      fileId: f1,
      target: 16,
      // The last that has a date.
      createdAt: new Date(8_640_000_000_000_000).getTime(),
    });
  });

  it('S26: stays one while something that it holds could not become a file, and loses nothing', async () => {
    const at = rebuiltWorld();

    await createKeeperHandlers(at.world).register(registration(inCluster));
    await report(at, { ...page(at, [entry], true), stamp: at.stamp(k1, 1) });
    await at.garbage.collect(at.world);
    const after = await createKeeperHandlers(at.world).register(registration(inCluster));

    expect(after.wantsFacts).toBe(true);
    expect(at.table.ask('drops due', { keeper: k1, limit: 9 }).fileIds).toEqual([]);
  });

  it('S35: takes the files that it deleted out of the table', async () => {
    const at = rebuiltWorld();
    at.join(k2);
    at.table.reserve({ keeper: k2 });
    at.table.store({ keeper: k2 });

    await createKeeperHandlers(at.world).register(registration(inCluster));
    await report(at, { ...page(at, [], true), stamp: at.stamp(k1, 1), deletedFileIds: [f1] });

    expect(at.table.ask('find file', { fileId: f1 })).toBeNull();
  });
});

describe('reporting an inventory', () => {
  it('makes replicas count, when it is complete', async () => {
    const at = new AWorld();
    at.join(k1);
    at.table.storeFile([k1]);
    at.join(k1, { incarnation: 2, reported: false });

    await report(at, page(at, [entry], true));

    expect(at.table.replicas()).toEqual(['k1 sound 2']);
    expect(at.world.keepers.views.get(k1)?.inventory).toBe('whole');
    expect(at.toMonitor).toEqual([{ type: 'reported', keeper: k1, incarnation: 2 }]);
  });

  it('takes off the table what a complete one does not name', async () => {
    const at = new AWorld();
    at.join(k1);
    at.join(k2);
    at.table.storeFile([k1, k2]);
    at.join(k1, { incarnation: 2, reported: false });

    await report(at, page(at, [], true));

    expect(at.table.replicas()).toEqual(['k2 sound 1']);
  });

  it.each([
    ['that could not read everything', false],
    ['of no page at all', undefined],
  ])('concludes nothing from one %s', async (_, complete) => {
    const at = new AWorld();
    at.join(k1);
    at.table.storeFile([k1]);
    at.join(k1, { incarnation: 2, reported: false });

    const pages = complete === undefined ? [] : [page(at, [], complete)];
    await report(at, ...pages).catch((error: { code: string }) => expect(error.code).toBe('usage'));

    expect(at.table.replicas()).toEqual(['k1 sound 1']);
    expect(at.world.keepers.views.get(k1)?.inventory).toBe('awaited');
  });

  it('L1: rests on the keeper no more when a second one could not read everything either', async () => {
    const at = new AWorld();
    at.join(k1, { incarnation: 2, reported: false });
    const standing = () => at.world.keepers.views.get(k1)?.inventory;

    await report(at, page(at, [], false));
    const once = standing();
    await report(at, page(at, [], false));
    const twice = standing();
    await report(at, page(at, [], true));

    expect([once, twice, standing()]).toEqual(['awaited', 'partial', 'whole']);
  });

  it('concludes nothing when the keeper registers anew between its pages', async () => {
    const at = new AWorld();
    at.join(k1, { incarnation: 2, reported: false });
    async function* pages() {
      yield page(at, [entry], false);
      at.join(k1, { incarnation: 3, reported: false });
      yield page(at, [], true);
    }

    const answer = createKeeperHandlers(at.world).reportInventory(pages());

    await expect(answer).rejects.toMatchObject({ code: 'stale' });
    expect(at.world.keepers.views.get(k1)?.inventory).toBe('awaited');
  });

  it('orders garbage off the disk when the master serves', async () => {
    const at = new AWorld();
    at.join(k1, { incarnation: 2, reported: false });

    await report(at, page(at, [{ ...entry, fileId: f2, uploadId: u2 }], true));
    await settled();

    expect(at.orders(k1)).toEqual([`drop ${f2}`]);
  });

  it.each(['recovering', 'safe mode'] as const)(
    'only notes garbage while the master is %s, and asks again when it serves',
    async (mode) => {
      const at = new AWorld();
      at.join(k1, { incarnation: 2, reported: false });
      at.mode = mode;

      await report(at, page(at, [{ ...entry, fileId: f2, uploadId: u2 }], true));
      await settled();
      expect(at.orders(k1)).toEqual([]);

      at.mode = 'serving';
      await at.garbage.collect(at.world);
      await settled();
      expect(at.orders(k1)).toEqual([`drop ${f2}`]);
    },
  );

  it('does not take for garbage what an upload may still commit', async () => {
    const at = new AWorld();
    at.join(k1, { incarnation: 2, reported: false });
    at.table.reserve();

    await report(at, page(at, [entry], true));
    await settled();

    expect(at.orders(k1)).toEqual([]);
    expect(at.table.ask('drops due', { keeper: k1, limit: 10 }).fileIds).not.toContain(f1);
  });
});

const registration = (changes: Partial<RegisterRequest> = {}): RegisterRequest => ({
  keeperId: 'k1',
  clusterId: '',
  incarnation: 1,
  startId: 'of this process',
  advertise: 'k1:7001',
  dataTls: false,
  highestEpoch: 0,
  highestCommit: 0,
  terms: [],
  freeBytes: 100,
  usedBytes: 0,
  ...changes,
});

const notMp4 = { kind: 'not mp4' } as const;
const inCluster = { clusterId: 'c'.repeat(32) };

function rebuiltWorld(): AWorld {
  const at = new AWorld();
  at.table.admit(k3);
  at.table.ask('begin term', { termId: 'again', rebuilt: true });
  return at;
}

const page = (
  at: AWorld,
  entries: readonly InventoryEntry[],
  complete: boolean,
): ReportInventoryRequest => ({
  stamp: at.stamp(k1, 2),
  entries: entries.map(toInventoryMessage),
  complete,
  deletedFileIds: [],
});

async function report(at: AWorld, ...pages: readonly ReportInventoryRequest[]): Promise<void> {
  async function* each() {
    yield* pages;
  }
  await createKeeperHandlers(at.world).reportInventory(each());
}
