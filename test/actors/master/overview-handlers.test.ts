import { describe, expect, it } from 'vitest';
import { createOverviewHandlers } from '../../../src/actors/master/overview-handlers.js';
import { KeeperState } from '../../../src/rpc/generated/reelkeep/v1/common.js';
import { k1, k2, k3, k4 } from '../lookup-table/table-under-test.js';
import { AWorld, readAll } from './a-world.js';

const signal = new AbortController().signal;

describe('the overview of the cluster', () => {
  it('lists keepers in the order of their names, with how long they have been silent', async () => {
    const at = new AWorld();
    at.join(k2, { state: 'lost', freeBytes: 5, diskSuspect: true });
    at.nowMs += 3_000.4;
    at.join(k1);
    at.table.storeFile([k1]);

    const { keepers } = await createOverviewHandlers(at.world).listKeepers({});

    expect(keepers).toEqual([
      {
        keeperId: 'k1',
        address: 'k1:7001',
        state: KeeperState.ALIVE,
        lastHeartbeatMs: 0,
        usedBytes: 0,
        freeBytes: 1_000_000,
        replicas: 1,
        diskSuspect: false,
        scrub: undefined,
        traffic: undefined,
      },
      {
        keeperId: 'k2',
        address: 'k2:7001',
        state: KeeperState.LOST,
        lastHeartbeatMs: 3_000,
        usedBytes: 0,
        freeBytes: 5,
        replicas: 0,
        diskSuspect: true,
        scrub: undefined,
        traffic: undefined,
      },
    ]);
  });

  it('tells how far each keeper is with its scrub, as of now', async () => {
    const at = new AWorld();
    at.join(k1);
    at.join(k2);
    const scrub = { checked: 2, percent: 100, quarantined: 1, unreadable: 0 };
    at.world.keepers.note(k1, { scrub: { ...scrub, passedMs: 5_000 } });
    at.world.keepers.note(k2, { scrub });
    at.nowMs += 700;

    const { keepers } = await createOverviewHandlers(at.world).listKeepers({});

    expect(keepers.map((keeper) => keeper.scrub)).toEqual([
      { ...scrub, passedMs: 5_700 },
      { ...scrub, passedMs: undefined },
    ]);
  });

  it('tells what has gone through the data port of each keeper', async () => {
    const at = new AWorld();
    at.join(k1);
    const traffic = { receivedBytes: 9, sentBytes: 5, copiedBytes: 4 };
    at.world.keepers.note(k1, { traffic });

    const { keepers } = await createOverviewHandlers(at.world).listKeepers({});

    expect(keepers.map((keeper) => keeper.traffic)).toEqual([traffic]);
  });

  it('counts keepers, files and what is still to do', async () => {
    const at = new AWorld();
    at.join(k1);
    at.join(k2, { state: 'suspect' });
    at.join(k3, { state: 'joining' });
    at.join(k4, { state: 'lost' });
    at.table.storeFile([k1]);
    at.counts = { ...at.counts, belowTarget: 1, copiesInFlight: 2, bytesToCopy: 30 };
    at.mode = 'safe mode';

    expect(await createOverviewHandlers(at.world).status({})).toMatchObject({
      epoch: 1,
      mode: 'MODE_SAFE',
      modeReason: 'so it is',
      keepersAlive: 1,
      keepersSuspect: 2,
      keepersLost: 1,
      files: 1,
      bytes: 10,
      belowTarget: 1,
      copiesInFlight: 2,
      bytesToCopy: 30,
    });
  });

  it('finds each file that is not as it should be', async () => {
    const at = new AWorld();
    at.join(k1);
    at.join(k2, { state: 'lost' });
    at.table.storeFile([k1, k2]);

    const found = await readAll(createOverviewHandlers(at.world).fsck({}, signal));

    expect(found).toMatchObject([
      { name: 'a', problem: 'PROBLEM_BELOW_TARGET', live: 1, target: 3 },
    ]);
  });

  it('finds nothing where all is well', async () => {
    const at = new AWorld();
    for (const keeper of [k1, k2, k3]) at.join(keeper);
    at.table.storeFile([k1, k2, k3]);

    expect(await readAll(createOverviewHandlers(at.world).fsck({}, signal))).toEqual([]);
  });
});
