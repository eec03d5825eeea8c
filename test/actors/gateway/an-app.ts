/** A gateway's HTTP server that listens on a port of its own, with routes of a test, and no cluster behind it unless given. */
import { once } from 'node:events';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import pino from 'pino';
import { onTestFinished } from 'vitest';
import { createApp } from '../../../src/actors/gateway/app.js';
import { type GatewayOptions, resolveConfig } from '../../../src/actors/gateway/config.js';
import { GatewayCounters } from '../../../src/actors/gateway/counters.js';
import type { Routes } from '../../../src/actors/gateway/routes.js';
import type { GatewayWorld } from '../../../src/actors/gateway/world.js';

export interface TestedApp {
  readonly origin: string;
  readonly port: number;
  readonly world: GatewayWorld;
  /** Sends what is given as it is, and resolves with all that comes until the other side closes. */
  raw(request: string): Promise<string>;
}

export async function startApp(
  routes: readonly Routes[],
  given: Partial<GatewayWorld> = {},
  options: GatewayOptions = {},
): Promise<TestedApp> {
  const config = resolveConfig({ ...options, port: 0 });
  let port = 0;
  const world = {
    config,
    log: pino({ level: 'silent' }),
    stopping: new AbortController().signal,
    counters: new GatewayCounters(),
    id: 'gateway',
    port: () => port,
    ...given,
  } as GatewayWorld;
  const app = createApp(world, routes);
  onTestFinished(async () => {
    app.server.closeAllConnections();
    await app.close();
  });
  await app.listen({ host: config.host, port: 0 });
  port = (app.server.address() as { port: number }).port;
  const raw = async (request: string): Promise<string> => {
    const socket = connect(port, config.host);
    await once(socket, 'connect');
    socket.write(request);
    return text(socket);
  };
  return { origin: `http://${config.host}:${port}`, port, world, raw };
}
