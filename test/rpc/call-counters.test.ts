import { Client, credentials, Metadata } from '@grpc/grpc-js';
import { describe, expect, it, onTestFinished } from 'vitest';
import { ReelkeepError } from '../../src/domain/errors.js';
import { CallCounters } from '../../src/rpc/call-counters.js';
import { anAuthority, credentialsOf } from '../credentials/an-authority.js';
import { askHealth } from './probes.js';
import { connect, startServer } from './rig.js';

describe('the counters of calls', () => {
  it('count each call by its method and what it was answered', async () => {
    const counters = new CallCounters();
    const server = await startServer(
      {
        client: {
          stat: async ({ name }) => {
            if (name === 'a') return { file: undefined };
            throw new ReelkeepError('not-found', 'there is none');
          },
          remove: async () => {
            throw new TypeError('a defect');
          },
        },
      },
      undefined,
      {},
      counters,
    );
    const connection = connect(server);

    await connection.stat({ name: 'a' });
    await connection.stat({ name: 'a' });
    await expect(connection.stat({ name: 'b' })).rejects.toMatchObject({ code: 'not-found' });
    await expect(connection.remove({ name: 'b' })).rejects.toMatchObject({ code: 'internal' });

    expect([...counters.calls.counts]).toEqual([
      ['Stat/ok', 2],
      ['Stat/not-found', 1],
      ['Remove/internal', 1],
    ]);
    expect(counters.durations.get('Stat')?.count).toBe(3);
    expect(counters.durations.get('List')?.count).toBe(0);
  });

  it('count what is let in by nobody', async () => {
    const authority = await anAuthority();
    const counters = new CallCounters();
    const master = await credentialsOf(authority, 'master');
    const access = { credentials: master, onRefused: () => undefined };
    const server = await startServer({}, access, {}, counters);
    const keeper = await credentialsOf(authority, 'keeper', 'k1');

    await expect(connect(server, keeper).status({})).rejects.toMatchObject({ code: 'not-allowed' });

    expect([...counters.calls.counts]).toEqual([['Status/not-allowed', 1]]);
  });

  it('know no method by the name that a caller gives it', async () => {
    const counters = new CallCounters();
    const server = await startServer({}, undefined, {}, counters);
    const client = new Client(`127.0.0.1:${server.port}`, credentials.createInsecure());
    onTestFinished(() => client.close());

    for (const path of ['/reelkeep.v1.ClientService/Invented', '/films.of/me'])
      await new Promise((resolve) =>
        client.makeUnaryRequest(
          path,
          (bytes: Buffer) => bytes,
          (bytes: Buffer) => bytes,
          Buffer.alloc(0),
          new Metadata(),
          resolve,
        ),
      );

    await askHealth(server.port, '');

    expect([...counters.calls.counts]).toEqual([['other/ok', 1]]);
  });
});
