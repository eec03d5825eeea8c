import { describe, expect, it, vi } from 'vitest';
import { ReelkeepError } from '../../../../src/domain/errors.js';
import { leaveWorld } from '../world.js';
import { client as clientAddress, keeper as serverAddress } from './test-connection.js';

vi.mock('@grpc/grpc-js', () => import('./grpc.js'));
vi.mock('@grpc/proto-loader', () => import('./proto-loader.js'));
vi.mock('@grpc/reflection', () => import('./grpc-reflection.js'));
vi.mock('grpc-health-check', () => import('./grpc-health.js'));

const { address, all, empty, never, openConnection, openLink, serve, stamp, stubbedRig, world } =
  await import('./grpc-rig.js');

describe('a unary call', () => {
  it('takes one event each way, once there is a connection', async () => {
    const { rig, dialling, connection } = await world({ client: { list: async () => empty } });
    await rig.within(dialling, () => connection.list(all));

    const before = rig.network.stats.messages;
    const heard = await rig.within(dialling, () => connection.list(all));

    expect([heard, rig.network.stats.messages - before]).toEqual([empty, 2]);
  });

  it('brings a refusal with its code', async () => {
    const refusal = new ReelkeepError('conflict', 'it is there: "Schöne 🎬"');
    const { rig, dialling, connection } = await world({
      client: { stat: () => Promise.reject(refusal) },
    });

    const heard = rig.within(dialling, () => connection.stat({ name: 'a' }));

    await expect(heard).rejects.toMatchObject({ code: 'conflict', detail: refusal.detail });
  });

  it('ends at its deadline', async () => {
    const { rig, dialling, connection } = await world({ client: { remove: never } });

    const heard = rig.within(dialling, () => connection.remove({ name: 'a' }, { timeoutMs: 700 }));

    await expect(heard).rejects.toMatchObject({ code: 'unknown-outcome' });
    expect(Math.round(rig.kernel.nowMs)).toBe(700);
  });

  it('is unavailable at once where nobody listens', async () => {
    const rig = await stubbedRig();
    rig.start(serverAddress);
    const dialling = rig.start(clientAddress);

    const heard = rig.within(dialling, () => openConnection().list(all));

    await expect(heard).rejects.toMatchObject({
      code: 'unavailable',
      detail: `listing files at the master ${address}: nobody listens there; is it running?`,
    });
    expect(rig.kernel.nowMs).toBeLessThan(100);
  });

  it('is given up when the server is killed, and the next one finds the server started again', async () => {
    const { rig, dialling, connection, serving } = await world({ client: { stat: never } });

    const cut = rig.within(dialling, () => connection.stat({ name: 'a' }));
    rig.kernel.after(500, 'kill', () => serving.end('killed'));
    await expect(cut).rejects.toMatchObject({ code: 'unavailable' });
    await expect(rig.within(dialling, () => connection.list(all))).rejects.toMatchObject({
      code: 'unavailable',
    });
    await serve(rig, { client: { list: async () => empty } });
    await rig.pass(3_000);

    await expect(rig.within(dialling, () => connection.list(all))).resolves.toEqual(empty);
  });

  it('comes once more when it is replayed, and nobody hears the answer', async () => {
    const told: string[] = [];
    const { rig, dialling } = await world({
      keeper: {
        reportDropped: async ({ fileIds }) => {
          told.push(...fileIds);
          return {};
        },
      },
    });

    const none = rig.network.replays.replayOne(rig.network.chance);
    await rig.within(dialling, () =>
      openLink().reportDropped({ stamp, fileIds: ['a'], quarantinedOnly: false }),
    );
    const one = rig.network.replays.replayOne(rig.network.chance);
    await rig.pass(1_000);

    expect([none, one, told]).toEqual([false, true, ['a', 'a']]);
  });
});

describe('a server that closes', () => {
  it('lets the call under way end, and leaves no connection', async () => {
    let finish = (): void => undefined;
    const { rig, dialling, connection, serving, server } = await world({
      client: {
        list: () =>
          new Promise((resolve) => {
            finish = () => resolve(empty);
          }),
      },
    });
    const heard: unknown[] = [];
    await rig.soon(dialling, () => {
      connection.list(all).then((files) => heard.push(files));
    });
    await rig.pass(100);

    const closed = rig.within(serving, () => server.close(10_000));
    rig.kernel.afterIn(serving, 500, 'finish', () => finish());
    await closed;
    await rig.pass(100);

    expect(heard).toEqual([empty]);
    expect(rig.network.openConnections()).toBe(0);
  });
});

describe('a run', () => {
  it('is the same for the same seed', async () => {
    const hashes: string[] = [];
    for (const seed of [8, 8, 9]) {
      const { rig, dialling, connection } = await world(
        { client: { list: async () => empty } },
        seed,
      );
      for (let round = 0; round < 20; round += 1)
        await rig.within(dialling, () => connection.list(all));
      hashes.push(rig.trace.hash);
      leaveWorld();
    }

    expect(hashes[0]).toBe(hashes[1]);
    expect(hashes[0]).not.toBe(hashes[2]);
  });
});
