/** The life of a gateway: it listens, also while the master is away, serves, drains and ends. */
import type { AddressInfo } from 'node:net';
import type { Logger } from 'pino';
import { ReelkeepError } from '../../domain/errors.js';
import { Watched } from '../observing/observing.js';
import { openObservingPort } from '../observing/port.js';
import { createApp } from './app.js';
import { type GatewayConfig, type GatewayOptions, resolveConfig } from './config.js';
import { GatewayCounters } from './counters.js';
import { doorKind } from './door.js';
import { openParts } from './gateway-parts.js';
import { observedGateway } from './observed-gateway.js';
import type { App } from './routes.js';
import type { GatewayWorld } from './world.js';

export interface RunningGateway {
  /** It listens. */
  readonly ready: Promise<{
    readonly host: string;
    readonly port: number;
    readonly id: string;
    readonly metricsPort?: number;
  }>;
  /** Rejects with the reason unless it was stopped. */
  readonly ended: Promise<void>;
  stop(): void;
}

/** @throws ReelkeepError `usage` for options that do not go together */
export function startGateway(options: GatewayOptions, log: Logger): RunningGateway {
  const config = resolveConfig(options);
  const stopping = new AbortController();
  const opening = open(config, log, stopping.signal);
  const stopped = new Promise<void>((resolve) => {
    stopping.signal.addEventListener('abort', () => resolve(), { once: true });
  });
  const ended = opening.then(async (gateway) => {
    await stopped;
    await gateway.close();
  });
  const ready = opening.then(({ id, port, told }) => ({ host: config.host, port, id, ...told }));
  // Whoever asks for one of the two learns of it there.
  ready.catch(() => undefined);
  ended.catch(() => undefined);
  return { ready, ended, stop: () => stopping.abort() };
}

interface Gateway {
  readonly id: string;
  readonly port: number;
  readonly told: { readonly metricsPort?: number };
  close(): Promise<void>;
}

async function open(config: GatewayConfig, log: Logger, stopping: AbortSignal): Promise<Gateway> {
  const { credentials, close: letGo, ...parts } = await openParts(config, log);
  const { id } = parts;
  const port = (): number => (app.server.address() as AddressInfo | null)?.port ?? config.port;
  const counters = new GatewayCounters();
  const observed = observedGateway({ cluster: parts.cluster, counters });
  const watched = new Watched(openObservingPort);
  const world: GatewayWorld = { ...parts, config, log, counters, observed, stopping, port };
  const app: App = createApp(world);
  try {
    await watched.open(observed, config, log, credentials);
    await app.listen({ host: config.host, port: config.port });
  } catch (error) {
    await app.close();
    await watched.close();
    await letGo();
    throw listenError(error, config);
  }
  if (doorKind(config) === 'insecure')
    log.warn({ host: config.host }, 'INSECURE: whoever reaches this port may do anything');
  log.info({ host: config.host, port: port() }, 'listening');
  const close = async (): Promise<void> => {
    await drain(app, config);
    await watched.close();
    await letGo();
  };
  return { id, port: port(), told: watched.told, close };
}

/** What is being answered may go on for the grace; then it is cut. */
async function drain(app: App, { drainGraceMs }: GatewayConfig): Promise<void> {
  const cut = setTimeout(() => app.server.closeAllConnections(), drainGraceMs);
  try {
    await app.close();
  } finally {
    clearTimeout(cut);
  }
}

function listenError(error: unknown, { host, port }: GatewayConfig): unknown {
  const { code, message } = error as NodeJS.ErrnoException;
  const where = `${host}:${port}`;
  if (code === 'EADDRINUSE')
    return new ReelkeepError(
      'conflict',
      `port ${port} of ${host} is in use: choose another with --port, or 0 for a free one`,
      { cause: error },
    );
  if (code === 'EACCES' || code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND')
    return new ReelkeepError('usage', `cannot listen on ${where}: ${message}`, { cause: error });
  return error;
}
