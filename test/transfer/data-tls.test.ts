import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import net from 'node:net';
import { connect as connectTls } from 'node:tls';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import type { Authority } from '../../src/credentials/authority.js';
import { chunkBytes } from '../../src/domain/chunk-plan.js';
import { keeperId } from '../../src/domain/ids.js';
import { encodeGreeting, encodeRequest } from '../../src/transfer/frames.js';
import { encodeRequestHead } from '../../src/transfer/request-head.js';
import { proveRequest } from '../../src/transfer/ticket-proof.js';
import { anAuthority, credentialsOf } from '../credentials/an-authority.js';
import { RawPeer } from './raw-peer.js';
import { aFileId, sampleBytes, takeInto } from './rig.js';
import {
  bearerOf,
  closed,
  dialAs,
  keeper,
  openTls,
  renewable,
  startRig,
  startWithTls,
} from './tls-rig.js';

describe('a data port with TLS', () => {
  it('takes and gives the same bytes', async () => {
    const film = sampleBytes(3 * chunkBytes + 77);
    const { rig, own, dial } = await startWithTls(film);
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
    const { rig, own, dial } = await startWithTls(film);
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
    const { rig, own, dial } = await startWithTls(sampleBytes(100));
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
    const { dial, own } = await startWithTls();

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
    const { authority, dial, own, rig } = await startWithTls();
    const stranger = await credentialsOf(await foreign(authority), 'client');

    const files = { ...stranger.files, ca: own.files.ca };
    const dialled = dial({ principal: own.principal, files, onRenewed: () => () => undefined });

    await expect(dialled).rejects.toMatchObject({ code: 'unavailable' });
    await vi.waitFor(() => expect(rig.refusals).toMatchObject([{ operation: 'handshake' }]));
    await vi.waitFor(() => expect(rig.server.connections).toBe(0));
  });

  it('lets in nobody without a certificate, nor with one that has ended', async () => {
    const { authority, rig, own } = await startWithTls();
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

  it('resumes no session: each connection shows its certificate', async () => {
    const { own, rig } = await startWithTls();
    const { ca, certificate: cert, key } = own.files;
    const sessions: Buffer[] = [];
    const first = connectTls({
      ...{ host: '127.0.0.1', port: rig.server.port, checkServerIdentity: () => undefined },
      ...{ ca, cert, key },
    });
    first.on('session', (session) => sessions.push(session));
    first.write(encodeGreeting());
    await once(first, 'data');

    const second = openTls(rig.server.port, { ca, ...(sessions[0] && { session: sessions[0] }) });
    second.write(encodeGreeting());
    await closed(second);
    first.destroy();

    await vi.waitFor(() => expect(rig.refusals).toMatchObject([{ operation: 'handshake' }]));
  });

  it('asks who the keeper is, whatever the environment says', async () => {
    const { dial, own } = await startWithTls();
    vi.stubEnv('NODE_TLS_REJECT_UNAUTHORIZED', '0');
    onTestFinished(() => void vi.unstubAllEnvs());

    await expect(dial(own, keeperId('keeper-2'))).rejects.toMatchObject({ code: 'unavailable' });
  });

  it('encrypts no more for a client that does not read than the network takes', async () => {
    const film = sampleBytes(8 * chunkBytes);
    const { own, rig } = await startWithTls(film);
    const { ca, certificate: cert, key } = own.files;
    const ticket = rig.getTicket({ bearer: bearerOf(own) });
    const before = process.memoryUsage.rss();

    const readers = await Promise.all(
      Array.from({ length: 16 }, async () => {
        const socket = openTls(rig.server.port, { ca, cert, key });
        socket.write(encodeGreeting());
        const [greeting] = (await once(socket, 'data')) as [Buffer];
        socket.pause();
        const range = { first: 0, count: 8 };
        const { claims, proofKey } = ticket;
        const head = encodeRequestHead({ operation: 'get', claims, fileId: aFileId, range });
        const challenge = greeting.subarray(-32);
        socket.write(
          encodeRequest(proveRequest(proofKey, { challenge, requestNumber: 0, head }), head),
        );
        return socket;
      }),
    );
    await vi.waitFor(() => expect(rig.server.buffersInUse).toBe(16 * 4), 10_000);

    // Chunk buffers of the keeper are in there, too: four of 4 MiB for each.
    expect(process.memoryUsage.rss() - before).toBeLessThan((16 * 4 * 4 + 100) * 1024 ** 2);
    for (const socket of readers) socket.destroy();
    await rig.expectQuiet();
  });

  it('lets in nobody who speaks in plain text, and is not kept from others by them', async () => {
    const { dial, own, rig } = await startWithTls();
    const plain = await RawPeer.dial(rig.server.port);

    plain.send(Buffer.from('GET / HTTP/1.1\r\nHost: x\r\n\r\n'));
    await plain.closed();
    const connection = await dial(own);

    expect(connection.usable).toBe(true);
    expect(rig.refusals).toMatchObject([{ operation: 'handshake', who: undefined }]);
  });

  it('cuts a handshake that takes too long', async () => {
    const { rig } = await startWithTls(undefined, { handshakeTimeoutMs: 50 });
    const silent = net.connect(rig.server.port, '127.0.0.1');
    await once(silent, 'connect');

    await closed(silent);

    await vi.waitFor(() => expect(rig.server.connections).toBe(0));
  });

  it('counts handshakes, and gives the place of the oldest to the next who comes', async () => {
    const { dial, own, rig } = await startWithTls(undefined, { connectionsMax: 3 });
    const silent = [1, 2, 3].map(() => net.connect(rig.server.port, '127.0.0.1'));
    await vi.waitFor(() => expect(rig.server.connections).toBe(3));

    const connection = await dial(own);

    expect(connection.usable).toBe(true);
    expect(rig.server.connections).toBe(3);
    await closed(silent[0] as net.Socket);
    for (const socket of silent) socket.destroy();
  });

  it('bounds the connections of one certificate, and takes the place of its own idle ones', async () => {
    const { authority, dial, own, rig } = await startWithTls(undefined, {
      connectionsPerPeerMax: 2,
    });
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
    const { rig } = await startWithTls();
    const silent = net.connect(rig.server.port, '127.0.0.1');
    await vi.waitFor(() => expect(rig.server.connections).toBe(1));

    await rig.server.drain();
    await closed(silent);

    expect(rig.server.connections).toBe(0);
  });
});
