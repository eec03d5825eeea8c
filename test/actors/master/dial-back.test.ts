import { createServer, type Server } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { dialBack } from '../../../src/actors/master/dial-back.js';

describe('dialling back', () => {
  it('finds a port at which somebody listens', async () => {
    const server = await listen();

    expect(await dialBack({ host: '127.0.0.1', port: portOf(server) })).toBe('accepted');
  });

  it('finds a port that refuses, because its process is gone', async () => {
    const server = await listen();
    const port = portOf(server);
    await new Promise((resolve) => server.close(resolve));

    expect(await dialBack({ host: '127.0.0.1', port })).toBe('refused');
  });

  it('takes an address that nothing can be said of for silent', async () => {
    expect(await dialBack({ host: '255.255.255.255', port: 7001 })).toBe('silent');
  });
});

async function listen(): Promise<Server> {
  const server = createServer((socket) => socket.destroy());
  onTestFinished(() => void server.close());
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return server;
}

function portOf(server: Server): number {
  const address = server.address();
  return typeof address === 'object' && address !== null ? address.port : 0;
}
