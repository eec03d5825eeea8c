import { afterEach, describe, expect, it, vi } from 'vitest';
import { deferred, Rig, sampleBytes } from './rig.js';

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
