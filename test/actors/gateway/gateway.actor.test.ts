import { once } from 'node:events';
import { createServer } from 'node:net';
import pino from 'pino';
import { describe, expect, it, onTestFinished } from 'vitest';
import { startGateway } from '../../../src/actors/gateway/gateway.actor.js';
import { aSpoolDirectory } from './a-spool.js';

const log = pino({ level: 'silent' });
/** Nobody listens there. */
const nowhere = '127.0.0.1:1';

describe('a gateway', () => {
  it('serves while its master is away, and ends when it is told to', async () => {
    const gateway = startGateway(
      { port: 0, master: nowhere, spoolDir: await aSpoolDirectory() },
      log,
    );
    onTestFinished(() => gateway.stop());

    const { host, port, id } = await gateway.ready;
    const response = await fetch(`http://${host}:${port}/nowhere`);
    gateway.stop();

    expect([host, id]).toEqual(['127.0.0.1', 'gateway']);
    expect(response.status).toBe(404);
    await expect(gateway.ended).resolves.toBeUndefined();
    await expect(fetch(`http://${host}:${port}/`)).rejects.toThrow();
  });

  it('says that its port is in use', async () => {
    const taken = createServer().listen(0, '127.0.0.1');
    onTestFinished(() => void taken.close());
    await once(taken, 'listening');
    const { port } = taken.address() as { port: number };

    const gateway = startGateway({ port, master: nowhere, spoolDir: await aSpoolDirectory() }, log);

    await expect(gateway.ended).rejects.toMatchObject({
      code: 'conflict',
      detail: `port ${port} of 127.0.0.1 is in use: choose another with --port, or 0 for a free one`,
    });
    await expect(gateway.ready).rejects.toMatchObject({ code: 'conflict' });
  });

  it.each([
    [{ host: '0.0.0.0' }, /--host 0\.0\.0\.0 can be reached from other machines/],
    [{ master: 'nonsense' }, /--master nonsense: give HOST:PORT/],
  ])('refuses %j', (options, detail) => {
    expect(() => startGateway({ port: 0, ...options }, log)).toThrow(detail);
  });
});
