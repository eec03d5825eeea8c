import { describe, expect, it } from 'vitest';
import type { SimProcess } from '../sim-process.js';
import { createRig, type Rig } from './rig.js';
import { client, connect, keeper, port } from './test-connection.js';

describe('dialling', () => {
  it.each([
    ['is refused where nobody listens', () => undefined, 'ECONNREFUSED', 100],
    [
      'is refused where a process was killed',
      (_: Rig, server: SimProcess) => server.end('killed'),
      'ECONNREFUSED',
      100,
    ],
    [
      'times out where the power is off',
      (_: Rig, server: SimProcess) => server.end('power cut'),
      'ETIMEDOUT',
      150_000,
    ],
    [
      'times out over a cut link',
      (rig: Rig) => rig.network.faults.set({ from: keeper, to: client }, { isCut: true }),
      'ETIMEDOUT',
      150_000,
    ],
  ])('%s', async (_, prepare, code, withinMs) => {
    const rig = createRig();
    const server = rig.start(keeper);
    prepare(rig, server);
    const failures: (string | undefined)[] = [];

    rig.network.dial(
      rig.start(client),
      { host: keeper, port },
      {
        onConnected: () => undefined,
        onFailed: (error) => failures.push(error.code),
      },
    );
    await rig.pass(withinMs);

    expect(failures).toEqual([code]);
  });

  it('gets through when the link is healed in time', async () => {
    const rig = createRig();
    rig.network.faults.set({ from: client, to: keeper }, { isCut: true });
    const connecting = connect(rig);
    rig.kernel.after(20_000, 'heal', () => rig.network.healAll());

    const { dialler } = await connecting;

    expect(dialler.life).toBe('open');
  });

  it('refuses a port that is taken, until its process ends', () => {
    const rig = createRig();
    const first = rig.start(keeper);
    const listen = (process: SimProcess) =>
      rig.network.listen(process, { host: '0.0.0.0', port }, () => undefined);
    listen(first);

    expect(() => listen(rig.start(keeper))).toThrow('listen EADDRINUSE: address already in use');
    first.end('killed');
    expect(listen(rig.start(keeper)).port).toBe(port);
  });
});
