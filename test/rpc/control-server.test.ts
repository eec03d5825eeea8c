import { describe, expect, it } from 'vitest';
import {
  type ClientHandlers,
  ControlServer,
  type KeeperHandlers,
} from '../../src/rpc/control-server.js';
import { askHealth, listServices } from './probes.js';
import { connect, deferred, startServer } from './rig.js';

describe('control server', () => {
  it.each(['', 'reelkeep.v1.ClientService', 'reelkeep.v1.KeeperService'])(
    'tells by health checking when "%s" serves',
    async (service) => {
      const server = await startServer();

      const before = await askHealth(server.port, service);
      server.setServing(true);
      const after = await askHealth(server.port, service);

      expect([before, after]).toEqual(['NOT_SERVING', 'SERVING']);
    },
  );

  it('lists its services by reflection', async () => {
    const server = await startServer();

    expect(await listServices(server.port)).toEqual(
      expect.arrayContaining(['reelkeep.v1.ClientService', 'reelkeep.v1.KeeperService']),
    );
  });

  it('refuses a port that is in use, with what to do about it', async () => {
    const { port } = await startServer();

    const second = ControlServer.listen({ host: '127.0.0.1', port, ...handlers });

    await expect(second).rejects.toMatchObject({
      code: 'conflict',
      detail: `port ${port} of 127.0.0.1 is in use: choose another with --port, or 0 for a free one`,
    });
  });

  it('lets a call under way end before it closes', async () => {
    const called = deferred();
    const answered = deferred();
    const server = await startServer({
      client: {
        stat: async () => {
          called.settle();
          await answered.promise;
          return { file: undefined };
        },
      },
    });

    const answer = connect(server).stat({ name: 'a' });
    await called.promise;
    const closed = server.close(10_000);
    answered.settle();

    await expect(answer).resolves.toEqual({ file: undefined });
    await closed;
  });
});

const handlers = { client: {} as ClientHandlers, keeper: {} as KeeperHandlers };
