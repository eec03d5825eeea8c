import { afterEach, describe, expect, it } from 'vitest';
import { TransferCounters } from '../../src/transfer/transfer-counters.js';
import { Rig } from './rig.js';

const MiB = 1024 ** 2;
let rig: Rig;

afterEach(() => rig.close());

describe('the counters of a transfer server', () => {
  it('count the bytes of each operation as they pass, and how it ended', async () => {
    const counters = new TransferCounters();
    rig = await Rig.start({ bytes: Buffer.alloc(9 * MiB, 7), counters });
    const connection = await rig.dial();

    await connection.put(rig.putOrder(Buffer.alloc(5 * MiB, 1)));
    await connection.get(rig.getOrder());
    await connection.get({ ...rig.getOrder(), ticket: rig.getTicket({ forCopy: true }) });

    expect(counters.receivedBytes).toBe(5 * MiB);
    expect(counters.sentBytes.of('get')).toBe(9 * MiB);
    expect(counters.sentBytes.of('copy_out')).toBe(9 * MiB);
    expect([...counters.ended.counts]).toEqual([
      ['put/ok', 1],
      ['get/ok', 1],
      ['copy_out/ok', 1],
    ]);
    expect([...counters.underWay.counts.values()]).toEqual([0, 0, 0, 0]);
    expect([...counters.refused.counts]).toEqual([]);
  });

  it('count a ticket that is not good as a refusal, and as no transfer', async () => {
    const counters = new TransferCounters();
    rig = await Rig.start({ bytes: Buffer.alloc(1), counters });
    const connection = await rig.dial();

    const late = { ...rig.getOrder(), ticket: rig.getTicket({ expiresAtMs: 1 }) };
    const old = { ...rig.getOrder(), ticket: rig.getTicket({ epoch: 4 }) };
    await expect(connection.get(late)).rejects.toMatchObject({ code: 'not-allowed' });
    await expect(connection.get(old)).rejects.toMatchObject({ code: 'stale' });

    expect([...counters.refused.counts]).toEqual([
      ['get/not-allowed', 1],
      ['get/stale', 1],
    ]);
    expect([...counters.ended.counts]).toEqual([]);
  });

  it('count bytes that do not match their digest by that', async () => {
    const counters = new TransferCounters();
    rig = await Rig.start({ counters });
    const connection = await rig.dial();
    const order = rig.putOrder(Buffer.alloc(MiB, 1));
    const source = {
      ...order.source,
      async readChunk(...asked: Parameters<typeof order.source.readChunk>) {
        const chunk = await order.source.readChunk(...asked);
        return { ...chunk, digest: Buffer.alloc(32) };
      },
    };

    await expect(connection.put({ ...order, source })).rejects.toMatchObject({ code: 'integrity' });

    expect([...counters.ended.counts]).toEqual([['put/integrity', 1]]);
  });
});
