import { once } from 'node:events';
import { connect as connectTcp, type Socket } from 'node:net';
import { credentials, Client as HealthClient } from '@grpc/grpc-js';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { anAuthority, credentialsOf } from '../credentials/an-authority.js';
import { connect, deferred, startServer } from './rig.js';

const client = { remove: async () => ({}) };

describe('the door of the control port', () => {
  it('gives the place of the oldest stranger to whoever comes next', async () => {
    const server = await startServer({ client }, undefined, { connectionsMax: 3 });
    const strangers = await Promise.all([1, 2, 3].map(() => dial(server.port)));
    await vi.waitFor(() => expect(server.connections).toBe(3));

    await connect(server).remove({ name: 'a' });

    await vi.waitFor(() => expect(strangers.filter(({ closed }) => closed)).toHaveLength(1));
    expect(server.connections).toBe(3);
  });

  it('knows whoever has asked for its health, or for its services', async () => {
    const server = await startServer({ client }, undefined, { strangerMs: 300 });
    const stranger = await dial(server.port);
    const watcher = new HealthClient(`127.0.0.1:${server.port}`, credentials.createInsecure());
    onTestFinished(() => watcher.close());
    const watch = watcher.makeServerStreamRequest(
      '/grpc.health.v1.Health/Watch',
      () => Buffer.alloc(0),
      (bytes: Buffer) => bytes,
      {},
    );
    const ended = vi.fn();
    watch.on('data', () => undefined).on('error', ended);

    await vi.waitFor(() => expect(stranger.closed).toBe(true), 5_000);

    expect(server.connections).toBe(1);
    expect(ended).not.toHaveBeenCalled();
    watch.cancel();
  });

  it('takes the place of nobody who is known', async () => {
    const server = await startServer({ client }, undefined, { connectionsMax: 2 });
    const known = [connect(server), connect(server)];
    await Promise.all(known.map((one) => one.remove({ name: 'a' })));

    const stranger = await dial(server.port);

    await vi.waitFor(() => expect(stranger.closed).toBe(true));
    await Promise.all(known.map((one) => one.remove({ name: 'a' })));
    expect(server.connections).toBe(2);
  });

  it('cuts whoever has made no call in time, and keeps who has', async () => {
    const server = await startServer({ client }, undefined, { strangerMs: 300 });
    const known = connect(server);
    await known.remove({ name: 'a' });
    const stranger = await dial(server.port);

    await vi.waitFor(() => expect(stranger.closed).toBe(true), 5_000);

    expect(server.connections).toBe(1);
    await known.remove({ name: 'a' });
  });

  it('bounds the connections of one certificate, and not those of another', async () => {
    const authority = await anAuthority();
    const master = await credentialsOf(authority, 'master');
    const access = { credentials: master, onRefused: () => undefined };
    let removals = 0;
    const remove = async () => {
      removals += 1;
      return {};
    };
    const counting = { client: { remove } };
    const server = await startServer(counting, access, { connectionsPerPeerMax: 2 });
    const [own, other] = [
      await credentialsOf(authority, 'client', 'a'),
      await credentialsOf(authority, 'client', 'b'),
    ];
    const held = [connect(server, own), connect(server, own), connect(server, other)];
    await Promise.all(held.map((one) => one.remove({ name: 'a' })));

    const further = connect(server, own).remove({ name: 'a' });

    await expect(further).rejects.toMatchObject({
      code: 'unavailable',
      detail: 'client a has too many connections to the master: try again later',
    });
    expect(removals).toBe(3);
    await Promise.all(held.map((one) => one.remove({ name: 'a' })));
  });

  it('serves so many calls of one connection at a time', async () => {
    const held = deferred();
    let begun = 0;
    const rename = async () => {
      begun += 1;
      await held.promise;
      return {};
    };
    const server = await startServer({ client: { ...client, rename } }, undefined, {
      streamsMax: 2,
    });
    const greedy = connect(server);
    await greedy.remove({ name: 'a' });

    const calls = [1, 2, 3].map(() => greedy.rename({ name: 'a', newName: 'b' }));
    await vi.waitFor(() => expect(begun).toBe(2));
    await connect(server).remove({ name: 'a' });
    const meanwhile = begun;
    held.settle();
    await Promise.all(calls);

    expect([meanwhile, begun]).toEqual([2, 3]);
  });

  it('closes a connection that is of no use for long', async () => {
    const server = await startServer({ client }, undefined, { connectionIdleMs: 200 });
    const once = connect(server);
    await once.remove({ name: 'a' });

    await vi.waitFor(() => expect(server.connections).toBe(0), 5_000);

    await once.remove({ name: 'a' });
  });

  it('lets one certificate call so often and no more', async () => {
    const authority = await anAuthority();
    const master = await credentialsOf(authority, 'master');
    const access = { credentials: master, onRefused: () => undefined };
    const limits = { callsPerSecondMax: 1, callsBurstMax: 5 };
    const server = await startServer({ client }, access, limits);
    const own = connect(server, await credentialsOf(authority, 'client', 'a'));
    const other = connect(server, await credentialsOf(authority, 'client', 'b'));

    const calls = await Promise.allSettled(
      Array.from({ length: 50 }, () => own.remove({ name: 'a' })),
    );
    const refusals = calls.flatMap((call) => (call.status === 'rejected' ? [call.reason] : []));

    expect(refusals.length).toBeGreaterThan(40);
    expect(new Set(refusals.map(({ code, detail }) => `${code}: ${detail}`))).toEqual(
      new Set(['unavailable: client a asks too often: try again in a moment']),
    );
    await other.remove({ name: 'a' });
  });
});

async function dial(port: number): Promise<Socket & { readonly closed: boolean }> {
  const socket = connectTcp(port, '127.0.0.1')
    .on('error', () => undefined)
    .resume();
  onTestFinished(() => void socket.destroy());
  await once(socket, 'connect');
  return socket;
}
