/** A data port with TLS on loopback, and those who come to it. */
import { once } from 'node:events';
import type net from 'node:net';
import { type ConnectionOptions, connect as connectTls } from 'node:tls';
import { onTestFinished } from 'vitest';
import type { OwnCredentials } from '../../src/domain/own-credentials.js';
import type { TransferOptions } from '../../src/transfer/limits.js';
import { TransferConnection } from '../../src/transfer/transfer-connection.js';
import { anAuthority, credentialsOf } from '../credentials/an-authority.js';
import { anAuthority as aStanding, Rig } from './rig.js';

export const { keeper } = aStanding;

export async function startWithTls(bytes?: Buffer, limits: TransferOptions = {}) {
  const authority = await anAuthority();
  const server = await credentialsOf(authority, 'keeper', keeper);
  const own = await credentialsOf(authority, 'client');
  const rig = await startRig(bytes, limits, server);
  const dial = (credentials: OwnCredentials, id = keeper) => dialAs(rig, credentials, id);
  return { authority, own, rig, dial };
}

export async function startRig(
  bytes: Buffer | undefined,
  limits: TransferOptions,
  credentials: OwnCredentials,
): Promise<Rig> {
  const rig = await Rig.start({ limits, credentials, ...(bytes && { bytes }) });
  onTestFinished(() => rig.close());
  return rig;
}

export async function dialAs(rig: Rig, credentials: OwnCredentials, id = keeper) {
  const connection = await TransferConnection.dial({
    host: '127.0.0.1',
    port: rig.server.port,
    tls: { credentials, keeper: id },
  });
  onTestFinished(() => connection.close());
  return connection;
}

/** Whose certificates change when the test says so. */
export function renewable(first: OwnCredentials) {
  const listeners = new Set<(files: OwnCredentials['files']) => void>();
  const credentials: OwnCredentials = {
    principal: first.principal,
    files: first.files,
    onRenewed: (listener) => {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };
  const renew = ({ files }: OwnCredentials): void => {
    for (const listener of listeners) listener(files);
  };
  return { credentials, renew };
}

export const openTls = (port: number, options: ConnectionOptions): net.Socket =>
  connectTls({ host: '127.0.0.1', port, checkServerIdentity: () => undefined, ...options });

export async function closed(socket: net.Socket): Promise<void> {
  socket.on('error', () => undefined).resume();
  if (!socket.destroyed) await once(socket, 'close');
}

export const bearerOf = ({ principal }: OwnCredentials): string =>
  `${principal.role}/${principal.name}`;
