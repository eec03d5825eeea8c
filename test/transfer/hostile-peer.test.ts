import net, { type AddressInfo } from 'node:net';
import fc from 'fast-check';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { chunkBytes } from '../../src/domain/chunk-plan.js';
import { encodeChunkHeader, encodeGreeting, encodeVerdict } from '../../src/transfer/frames.js';
import { encodeRequestHead } from '../../src/transfer/request-head.js';
import { TransferConnection } from '../../src/transfer/transfer-connection.js';
import { seed } from '../seed.js';
import { RawPeer } from './raw-peer.js';
import { aFileId, anUploadId, aPutTicket, Rig, sampleBytes } from './rig.js';

let rig: Rig;
afterEach(() => rig.close());

describe('a keeper', () => {
  it('tells a peer that speaks something else, and closes', async () => {
    rig = await Rig.start();
    const peer = await RawPeer.dial(rig.server.port);

    peer.send(Buffer.from('GET / HTTP/1.1\r\nHost: x\r\n\r\n'));
    await peer.closed();

    expect(peer.verdict?.detail).toBe('the peer does not speak the Reelkeep transfer protocol');
  });

  it('tells a peer of another version which one it speaks itself', async () => {
    rig = await Rig.start();
    const peer = await RawPeer.dial(rig.server.port);

    peer.send(Buffer.from('RKTP\x00\x02', 'latin1'));
    await peer.closed();

    expect(peer.verdict?.detail).toContain('version 2 of the transfer protocol, this is 1');
  });

  it(`outlives any garbage after the greeting (seed ${seed})`, async () => {
    rig = await Rig.start();

    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ minLength: 1, maxLength: 500 }), async (garbage) => {
        const peer = await RawPeer.dial(rig.server.port);
        await peer.greet();
        peer.send(garbage);
        peer.end();
        await peer.closed();
      }),
      { seed, numRuns: 50 },
    );

    await vi.waitFor(() => expect(rig.server.connections).toBe(0));
    expect(rig.warnings).toEqual([]);
  });

  it('closes on a head longer than its bound without waiting for it', async () => {
    rig = await Rig.start();
    const peer = await RawPeer.dial(rig.server.port);
    await peer.greet();

    peer.send(Buffer.from([1, 0x7f, 0xff, 0xff, 0xff]), Buffer.alloc(32));
    await peer.closed();

    expect(peer.verdict?.detail).toContain('too long');
  });

  it('closes on a peer that does not greet', async () => {
    rig = await Rig.start({ limits: { handshakeTimeoutMs: 30 } });
    const peer = await RawPeer.dial(rig.server.port);

    await peer.closed();

    await vi.waitFor(() => expect(rig.server.connections).toBe(0));
  });

  it('closes on a peer that begins a request and does not end it', async () => {
    rig = await Rig.start({ limits: { headerTimeoutMs: 30 } });
    const peer = await RawPeer.dial(rig.server.port);
    await peer.greet();
    peer.send(Buffer.from([1, 0, 0]));

    await peer.closed();

    await vi.waitFor(() => expect(rig.server.connections).toBe(0));
  });

  it('cuts a sender that goes quiet within a chunk', async () => {
    rig = await Rig.start({ limits: { idleTimeoutMs: 60 } });
    const peer = await beginPut(2 * chunkBytes);

    peer.send(encodeChunkHeader(0, chunkBytes, Buffer.alloc(32)), Buffer.alloc(1000));
    await peer.closed();

    await expectAborted('the peer is silent');
  });

  it('cuts a sender that trickles', async () => {
    rig = await Rig.start({ limits: { rateWindowMs: 80, idleTimeoutMs: 5_000 } });
    const peer = await beginPut(2 * chunkBytes);
    peer.send(encodeChunkHeader(0, chunkBytes, Buffer.alloc(32)));

    const trickle = setInterval(() => peer.send(Buffer.alloc(1)), 5);
    await peer.closed();
    clearInterval(trickle);

    await expectAborted('the peer is too slow');
  });

  it('takes the end of the stream for a failure, not for the end of the file', async () => {
    rig = await Rig.start();
    const peer = await beginPut(2 * chunkBytes);

    peer.send(encodeChunkHeader(0, chunkBytes, Buffer.alloc(32)), Buffer.alloc(chunkBytes - 1));
    peer.end();
    await peer.closed();

    await expectAborted('the peer closed the connection');
  });

  it('refuses a chunk out of order, a short one in the middle and one too many', async () => {
    rig = await Rig.start({
      handlers: {
        put: async () => ({
          writeChunk: async () => {},
          finish: async () => {},
          abort: async () => {},
        }),
      },
    });
    const chunk = (index: number, length: number) =>
      Buffer.concat([encodeChunkHeader(index, length, Buffer.alloc(32)), Buffer.alloc(length)]);
    const attempts = [[chunk(1, 5)], [chunk(0, 5), chunk(1, 5)], [chunk(0, 11)]];

    const details = await Promise.all(
      attempts.map(async (chunks) => {
        const peer = await beginPut(10);
        peer.send(...chunks);
        await peer.closed();
        return peer.verdict?.detail;
      }),
    );

    expect(details).toEqual([
      'chunk 1 came where 0 belongs',
      'chunk 1 follows a short one',
      'chunk 0 goes past the 10 bytes agreed',
    ]);
  });

  it('cuts a receiver that does not read what it asked for', async () => {
    const bytes = sampleBytes(16 * chunkBytes);
    rig = await Rig.start({ bytes, limits: { idleTimeoutMs: 60 } });
    const peer = await RawPeer.dial(rig.server.port);
    const ticket = rig.getTicket();
    const range = { first: 0, count: 16 };
    const challenge = await peer.greet();
    peer.stopReading();

    peer.request(
      challenge,
      ticket,
      encodeRequestHead({ operation: 'get', claims: ticket.claims, fileId: aFileId, range }),
    );

    await vi.waitFor(() => expect(rig.server.transfers).toBe(1));
    await vi.waitFor(() => expect(rig.server.connections).toBe(0), 5_000);
    await rig.expectQuiet();
    peer.destroy();
  });

  it('cuts a refused sender that does not leave', async () => {
    rig = await Rig.start({ limits: { lingerMs: 50 } });
    const peer = await RawPeer.dial(rig.server.port);
    await peer.greet();
    peer.stopReading();

    peer.send(Buffer.from([9]));

    await vi.waitFor(() => expect(rig.server.connections).toBe(0), 5_000);
    peer.destroy();
  });

  it('closes an idle connection, of which the dialler learns at once', async () => {
    rig = await Rig.start({ limits: { headerTimeoutMs: 30 } });
    const connection = await rig.dial();

    await connection.closed;

    expect(connection.usable).toBe(false);
    await expect(connection.manifest(rig.getOrder())).rejects.toMatchObject({
      code: 'unavailable',
    });
  });
});

describe('a dialler', () => {
  it.each([
    ['says nothing', Buffer.alloc(0), 'nothing whole came within 50 ms'],
    ['speaks something else', Buffer.alloc(38, 'x'), 'does not speak'],
    ['leaves', undefined, 'closed the connection'],
  ])('gives up on a keeper that %s', async (_what, greeting, detail) => {
    rig = await Rig.start();
    await using listener = await listen((socket) =>
      greeting === undefined ? socket.end() : socket.write(greeting),
    );

    const dial = TransferConnection.dial({
      host: '127.0.0.1',
      port: listener.port,
      limits: { handshakeTimeoutMs: 50 },
    });

    await expect(dial).rejects.toMatchObject({
      code: 'unavailable',
      detail: expect.stringContaining(detail),
    });
  });

  it.each([
    ['goes quiet', Buffer.alloc(0), 'unavailable'],
    ['sends garbage', Buffer.alloc(100, 0xee), 'unavailable'],
    ['calls it done at once', encodeVerdict({ code: 'ok', detail: '' }, 9), 'unavailable'],
    ['refuses', encodeVerdict({ code: 'stale', detail: 'too old' }, 9), 'stale'],
    ['sends another chunk', chunkHeader(1, 3), 'integrity'],
    ['sends a longer chunk', chunkHeader(0, 9), 'integrity'],
  ])('gives up a get from a keeper that %s', async (_what, answer, code) => {
    rig = await Rig.start({ bytes: sampleBytes(3) });
    await using listener = await listen((socket) => {
      socket.write(encodeGreeting(Buffer.alloc(32)));
      socket.write(answer);
    });
    const connection = await TransferConnection.dial({
      host: '127.0.0.1',
      port: listener.port,
      limits: { idleTimeoutMs: 60 },
    });

    const get = connection.get(rig.getOrder());

    await expect(get).rejects.toMatchObject({ code });
    await connection.close();
    await rig.expectQuiet();
  });
});

async function beginPut(size: number): Promise<RawPeer> {
  const peer = await RawPeer.dial(rig.server.port);
  const ticket = aPutTicket(size);
  const head = { operation: 'put', claims: ticket.claims, fileId: aFileId } as const;
  const encoded = encodeRequestHead({ ...head, uploadId: anUploadId });
  peer.request(await peer.greet(), ticket, encoded);
  return peer;
}

async function expectAborted(detail: string): Promise<void> {
  await vi.waitFor(() => expect(rig.uploads[0]?.aborts).toMatchObject([{ detail }]));
  await rig.expectQuiet();
}

function chunkHeader(index: number, length: number): Buffer {
  return Buffer.concat([encodeChunkHeader(index, length, Buffer.alloc(32)), Buffer.alloc(length)]);
}

async function listen(onSocket: (socket: net.Socket) => void) {
  const sockets = new Set<net.Socket>();
  const listener = net.createServer((socket) => {
    sockets.add(socket.on('error', () => socket.destroy()).resume());
    onSocket(socket);
  });
  await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve));
  return {
    port: (listener.address() as AddressInfo).port,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => listener.close(resolve));
    },
  };
}
