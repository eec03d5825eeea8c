/** A real control server on a port of its own, and connections to it, all closed after the test. */
import { onTestFinished } from 'vitest';
import type { OwnCredentials } from '../../src/domain/own-credentials.js';
import type { CallCounters } from '../../src/rpc/call-counters.js';
import {
  type Access,
  type ClientHandlers,
  ControlServer,
  type KeeperHandlers,
  type PeerLimits,
} from '../../src/rpc/control-server.js';
import { KeeperLink } from '../../src/rpc/keeper-link.js';
import { MasterConnection } from '../../src/rpc/master-connection.js';

export interface Handlers {
  readonly client?: Partial<ClientHandlers>;
  readonly keeper?: Partial<KeeperHandlers>;
}

/** @param handlers the calls that the test makes; any other would fail. */
export async function startServer(
  handlers: Handlers = {},
  access: Access | undefined = undefined,
  limits: Partial<PeerLimits> = {},
  counters: CallCounters | undefined = undefined,
): Promise<ControlServer> {
  const server = await ControlServer.listen({
    host: '127.0.0.1',
    port: 0,
    access,
    limits,
    counters,
    client: (handlers.client ?? {}) as ClientHandlers,
    keeper: (handlers.keeper ?? {}) as KeeperHandlers,
  });
  onTestFinished(() => server.close(0));
  return server;
}

export function connect(
  { port }: { readonly port: number },
  own: OwnCredentials | undefined = undefined,
): MasterConnection {
  const connection = MasterConnection.open(`127.0.0.1:${port}`, own);
  onTestFinished(() => connection.close());
  return connection;
}

export function link({ port }: { readonly port: number }): KeeperLink {
  const opened = KeeperLink.open(`127.0.0.1:${port}`);
  onTestFinished(() => opened.close());
  return opened;
}

/** A promise, and what settles it. */
export function deferred<Value = void>() {
  let settle: (value: Value) => void = () => undefined;
  const promise = new Promise<Value>((resolve) => {
    settle = resolve;
  });
  return { promise, settle: (value: Value) => settle(value) };
}

export const never = (): Promise<never> => new Promise(() => undefined);
