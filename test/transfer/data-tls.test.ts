import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import net from 'node:net';
import { type ConnectionOptions, connect as connectTls } from 'node:tls';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import type { Authority } from '../../src/credentials/authority.js';
import { chunkBytes } from '../../src/domain/chunk-plan.js';
import { keeperId } from '../../src/domain/ids.js';
import type { OwnCredentials } from '../../src/domain/own-credentials.js';
import type { TransferOptions } from '../../src/transfer/limits.js';
import { TransferConnection } from '../../src/transfer/transfer-connection.js';
import { anAuthority, credentialsOf } from '../credentials/an-authority.js';
import { RawPeer } from './raw-peer.js';
import { anAuthority as aStanding, Rig, sampleBytes, takeInto } from './rig.js';

const keeper = aStanding.keeper;

describe('a data port with TLS', () => {
  it('takes and gives the same bytes', async () => {
    const film = sampleBytes(3 * chunkBytes + 77);
    const { rig, own, dial } = await start(film);
    const bearer = bearerOf(own);
    const connection = await dial(own);
    const back = Buffer.alloc(film.length);

    await connection.put(rig.putOrder(film, { bearer }));
    await connection.get({ ...rig.getOrder(takeInto(back)), ticket: rig.getTicket({ bearer }) });

    expect(Buffer.concat(rig.uploads[0]?.chunks ?? []).equals(film)).toBe(true);
    expect(back.equals(film)).toBe(true);
    await rig.expectQuiet();
  });

  it('serves several requests at a time on one connection, and both ways at once', async () => {
    const film = sampleBytes(2 * chunkBytes);
    const { rig, own, dial } = await start(film);
    const bearer = bearerOf(own);
    const connections = await Promise.all([1, 2, 3].map(() => dial(own)));
    const backs = [1, 2, 3, 4].map(() => Buffer.alloc(film.length));

    await Promise.all([
      connections[0]?.put(rig.putOrder(film, { bearer })),
      ...backs.map((back, at) =>
        connections[1 + (at % 2)]?.get({
          ...rig.getOrder(takeInto(back)),
          ticket: rig.getTicket({ bearer }),
        }),
      ),
    ]);

    expect(backs.map((back) => back.equals(film))).toEqual([true, true, true, true]);
    await rig.expectQuiet();
  });

  it('gives nothing for a ticket that was given to somebody else, or to nobody', async () => {
    const { rig, own, dial } = await start(sampleBytes(100));
    const connection = await dial(own);
    const take = vi.fn(async () => {});

    for (const claims of [{ bearer: 'client/somebody-else' }, {}]) {
      const order = { ...rig.getOrder(take), ticket: rig.getTicket(claims) };
      await expect(connection.get(order)).rejects.toMatchObject({ code: 'not-allowed' });
    }

    expect(take).not.toHaveBeenCalled();
    const refused = { who: own.principal, operation: 'get', why: expect.stringContaining('given') };
    expect(rig.refusals).toMatchObject([refused, refused]);
  });

  it('is not spoken to when it is another keeper that answers', async () => {
    const { dial, own } = await start();

    const dialled = dial(own, keeperId('keeper-2'));

    await expect(dialled).rejects.toMatchObject({
      code: 'unavailable',
      detail: expect.stringContaining('it is not keeper keeper-2 of this cluster'),
    });
  });

  it.each([
    ['of another authority', async (ca: Authority) => anAuthority(ca.clusterId)],
    ['of another cluster', async () => anAuthority()],
  ])('lets in nobody with a certificate %s', async (_, foreign) => {
    const { authority, dial, own, rig } = await start();
    const stranger = await credentialsOf(await foreign(authority), 'client');

    const files = { ...stranger.files, ca: own.files.ca };
    const dialled = dial({ principal: own.principal, files, onRenewed: () => () => undefined });

    await expect(dialled).rejects.toMatchObject({ code: 'unavailable' });
    await vi.waitFor(() => expect(rig.refusals).toMatchObject([{ operation: 'handshake' }]));
    await vi.waitFor(() => expect(rig.server.connections).toBe(0));
  });

  it('lets in nobody without a certificate, nor with one that has ended', async () => {
    const { authority, rig, own } = await start();
    const ended = await authority.issue({ role: 'client', name: 'late', days: -1 });
    const [cert, key] = await Promise.all([
      readFile(`${ended}/tls.crt`),
      readFile(`${ended}/tls.key`),
    ]);

    for (const shown of [{}, { cert, key }]) {
      const socket = openTls(rig.server.port, { ca: own.files.ca, ...shown });
      await closed(socket);
    }

    await vi.waitFor(() => expect(rig.refusals).toHaveLength(2));
    expect(rig.server.connections).toBe(0);
  });

  it('lets in nobody who speaks in plain text, and is not kept from others by them', async () => {
    const { dial, own, rig } = await start();
    const plain = await RawPeer.dial(rig.server.port);

    plain.send(Buffer.from('GET / HTTP/1.1\r\nHost: x\r\n\r\n'));
    await plain.closed();
    const connection = await dial(own);

    expect(connection.usable).toBe(true);
    expect(rig.refusals).toMatchObject([{ operation: 'handshake', who: undefined }]);
  });

  it('cuts a handshake that takes too long', async () => {
    const { rig } = await start(undefined, { handshakeTimeoutMs: 50 });
    const silent = net.connect(rig.server.port, '127.0.0.1');
    await once(silent, 'connect');

    await closed(silent);

    await vi.waitFor(() => expect(rig.server.connections).toBe(0));
  });

  it('counts handshakes, and gives the place of the oldest to the next who comes', async () => {
    const { dial, own, rig } = await start(undefined, { connectionsMax: 3 });
    const silent = [1, 2, 3].map(() => net.connect(rig.server.port, '127.0.0.1'));
    await vi.waitFor(() => expect(rig.server.connections).toBe(3));

    const connection = await dial(own);

    expect(connection.usable).toBe(true);
    expect(rig.server.connections).toBe(3);
    await closed(silent[0] as net.Socket);
    for (const socket of silent) socket.destroy();
  });

  it('bounds the connections of one certificate, and takes the place of its own idle ones', async () => {
    const { authority, dial, own, rig } = await start(undefined, { connectionsPerPeerMax: 2 });
    const other = await credentialsOf(authority, 'client', 'other');
    const theirs = await dial(other);
    const [first, second] = [await dial(own), await dial(own)];

    const third = await dial(own);

    await first.closed;
    expect([first, second, third, theirs].map(({ usable }) => usable)).toEqual([
      false,
      true,
      true,
      true,
    ]);
    expect(rig.server.connections).toBe(3);
  });

  it('takes renewed certificates for later connections', async () => {
    const old = await anAuthority();
    const renewed = await anAuthority(old.clusterId);
    const own = await credentialsOf(old, 'keeper', keeper);
    const next = await credentialsOf(renewed, 'keeper', keeper);
    const server = renewable(own);
    const rig = await startRig(undefined, {}, server.credentials);
    const client = await credentialsOf(renewed, 'client');
    const early = dialAs(rig, client);
    await expect(early).rejects.toMatchObject({ code: 'unavailable' });

    server.renew(next);
    const connection = await dialAs(rig, client);

    expect(connection.usable).toBe(true);
  });

  it('waits for nobody’s handshake when it closes', async () => {
    const { rig } = await start();
    const silent = net.connect(rig.server.port, '127.0.0.1');
    await vi.waitFor(() => expect(rig.server.connections).toBe(1));

    await rig.server.drain();
    await closed(silent);

    expect(rig.server.connections).toBe(0);
  });
});

async function start(bytes?: Buffer, limits: TransferOptions = {}) {
  const authority = await anAuthority();
  const server = await credentialsOf(authority, 'keeper', keeper);
  const own = await credentialsOf(authority, 'client');
  const rig = await startRig(bytes, limits, server);
  const dial = (credentials: OwnCredentials, id = keeper) => dialAs(rig, credentials, id);
  return { authority, own, rig, dial };
}

async function startRig(
  bytes: Buffer | undefined,
  limits: TransferOptions,
  credentials: OwnCredentials,
): Promise<Rig> {
  const rig = await Rig.start({ limits, credentials, ...(bytes && { bytes }) });
  onTestFinished(() => rig.close());
  return rig;
}

async function dialAs(rig: Rig, credentials: OwnCredentials, id = keeper) {
  const connection = await TransferConnection.dial({
    host: '127.0.0.1',
    port: rig.server.port,
    tls: { credentials, keeper: id },
  });
  onTestFinished(() => connection.close());
  return connection;
}

/** Whose certificates change when the test says so. */
function renewable(first: OwnCredentials) {
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

const openTls = (port: number, options: ConnectionOptions): net.Socket =>
  connectTls({ host: '127.0.0.1', port, checkServerIdentity: () => undefined, ...options });

async function closed(socket: net.Socket): Promise<void> {
  socket.on('error', () => undefined).resume();
  if (!socket.destroyed) await once(socket, 'close');
}

const bearerOf = ({ principal }: OwnCredentials): string => `${principal.role}/${principal.name}`;
