import { afterEach, describe, expect, it, vi } from 'vitest';
import { encodeRequestHead } from '../../src/transfer/request-head.js';
import { RawPeer } from './raw-peer.js';
import { aFileId, deferred, Rig, sampleBytes } from './rig.js';

let rig: Rig;
afterEach(() => rig.close());

describe('a data port', () => {
  it('has as many connections as its bound, and gives the place of the oldest that is of no use', async () => {
    const bytes = sampleBytes(10);
    rig = await Rig.start({ bytes, limits: { connectionsMax: 3 } });
    const waiting = await rig.dial();
    await waiting.get(rig.getOrder());
    const [older, newer] = [await rig.dial(), await rig.dial()];

    const fourth = await rig.dial();
    await older.closed;
    const fifth = await rig.dial();
    await newer.closed;
    for (const connection of [fourth, fifth]) await connection.get(rig.getOrder());
    const sixth = await rig.dial();
    await waiting.closed;

    expect([fourth, fifth, sixth].map(({ usable }) => usable)).toEqual([true, true, true]);
    expect(rig.server.connections).toBe(3);
  });

  it('lets one client have so many transfers, and leaves the others to the rest', async () => {
    const held = deferred();
    const put = async () => ({
      writeChunk: () => held.promise,
      finish: async () => {},
      abort: async () => {},
    });
    rig = await Rig.start({ limits: { transfersPerPeerMax: 2 }, handlers: { put } });
    const begin = async (bearer: string) => {
      const connection = await rig.dial();
      return connection.put(rig.putOrder(sampleBytes(10), { bearer }));
    };
    const own = [begin('client/a'), begin('client/a')];
    await vi.waitFor(() => expect(rig.server.transfers).toBe(2));

    await expect(begin('client/a')).rejects.toMatchObject({
      code: 'unavailable',
      detail: 'client/a has too many transfers on this keeper; try again',
    });
    const other = begin('client/b');
    await vi.waitFor(() => expect(rig.server.transfers).toBe(3));
    held.resolve();
    await Promise.all([...own, other]);
    await begin('client/a');
  });

  it('cuts whoever has shown no good ticket in time, however often it has asked', async () => {
    rig = await Rig.start({ limits: { handshakeTimeoutMs: 300 } });
    const peer = await RawPeer.dial(rig.server.port);
    const challenge = await peer.greet();
    const ticket = rig.getTicket({ expiresAtMs: 1 });
    const { claims } = ticket;
    const head = encodeRequestHead({ operation: 'manifest', claims, fileId: aFileId });
    let asked = 0;
    const asking = setInterval(() => {
      peer.request(challenge, ticket, head, asked);
      asked += 1;
    }, 50);

    await peer.closed();
    clearInterval(asking);

    expect(asked).toBeGreaterThan(1);
    expect(peer.verdict?.detail).toBe('the ticket has expired');
  });

  it('cuts no transfer for whoever comes next', async () => {
    const held = deferred();
    const aborts: unknown[] = [];
    rig = await Rig.start({
      limits: { connectionsMax: 1 },
      handlers: {
        put: async () => ({
          writeChunk: () => held.promise,
          finish: async () => {},
          abort: async (reason) => void aborts.push(reason),
        }),
      },
    });
    const connection = await rig.dial();
    const put = connection.put(rig.putOrder(sampleBytes(10)));
    await vi.waitFor(() => expect(rig.server.transfers).toBe(1));

    const refused = rig.dial();

    await expect(refused).rejects.toMatchObject({ code: 'unavailable' });
    held.resolve();
    await put;
    expect(aborts).toEqual([]);
  });
});
