import { describe, expect, it } from 'vitest';
import { leaveWorld } from '../world.js';
import { createRig } from './rig.js';
import { client, connect, keeper, port } from './test-connection.js';

const toKeeper = { from: client, to: keeper };
const toClient = { from: keeper, to: client };

describe('a connection', () => {
  it('brings every message in order, whatever is lost and delayed', async () => {
    const rig = createRig(3);
    rig.network.faults.set(toKeeper, { loss: 0.3, delayMs: 5, slowness: 3 });
    const { heard, dialler } = await connect(rig);

    for (let number = 0; number < 300; number += 1) {
      dialler.send(number, 1);
      if (number % 10 === 0) await rig.pass(1);
    }
    await rig.pass(600_000);

    expect(heard).toEqual(Array.from({ length: 300 }, (_, number) => number));
    expect(rig.network.stats.lost).toBeGreaterThan(0);
  });

  it('is the same for the same seed', async () => {
    const hashes = [];
    for (const seed of [5, 5, 6]) {
      const rig = createRig(seed);
      const { dialler } = await connect(rig);
      for (let number = 0; number < 50; number += 1) dialler.send(number, 1);
      await rig.pass(1_000);
      hashes.push(rig.trace.hash);
      leaveWorld();
    }

    expect(hashes[0]).toBe(hashes[1]);
    expect(hashes[0]).not.toBe(hashes[2]);
  });

  it('has no room while its receiver does not read, and tells when it has', async () => {
    const rig = createRig(1, { windowBytes: 100 });
    const { dialler, acceptor, told } = await connect(rig, { isGreedy: false });

    dialler.send('x', 100);
    const before = dialler.roomBytes;
    dialler.awaitRoom();
    await rig.pass(1_000);
    const waiting = told();
    acceptor.taken(100);
    await rig.pass(1_000);

    expect([before, waiting, told(), dialler.roomBytes]).toEqual([0, 0, 1, 100]);
  });

  it('holds what meets a cut link, and brings it when it is healed', async () => {
    const rig = createRig();
    const { heard, dialler } = await connect(rig);

    rig.network.faults.set(toKeeper, { isCut: true });
    dialler.send('late', 1);
    await rig.pass(20_000);
    const before = [...heard];
    rig.network.healAll();
    await rig.pass(5_000);

    expect([before, heard]).toEqual([[], ['late']]);
    expect(rig.network.stats.held).toBe(1);
  });

  it.each([toKeeper, toClient])('times out for the sender when $from is cut off', async (link) => {
    const rig = createRig();
    const { dialler, broken } = await connect(rig);

    rig.network.faults.set(link, { isCut: true });
    dialler.send('x', 1);
    await rig.pass(59_000);
    const before = broken.dialler;
    await rig.pass(80_000);

    expect([before, broken]).toEqual([undefined, { dialler: 'ETIMEDOUT', acceptor: undefined }]);
  });

  it('is cut on one port alone', async () => {
    const rig = createRig();
    const data = await connect(rig);
    const control = await connect(rig, { port: 7002 });

    rig.network.faults.set({ ...toKeeper, port }, { isCut: true });
    data.dialler.send('data', 1);
    control.dialler.send('beat', 1);
    await rig.pass(10_000);

    expect([data.heard, control.heard]).toEqual([[], ['beat']]);
  });

  it('stalls for good after so many bytes', async () => {
    const rig = createRig();
    const { dialler, heard, broken } = await connect(rig);

    rig.network.faults.set(toKeeper, { stopAfterBytes: 15 });
    dialler.send(Buffer.alloc(10), 10);
    dialler.send(Buffer.alloc(10), 10);
    dialler.send(Buffer.alloc(10), 10);
    await rig.pass(1_000);
    rig.network.healAll();
    await rig.pass(200_000);

    expect(heard.map((bytes) => (bytes as Buffer).length)).toEqual([10, 5]);
    expect(broken.dialler).toBe('ETIMEDOUT');
  });

  it('is broken for both by a reset of its link', async () => {
    const rig = createRig();
    const { broken } = await connect(rig);

    const count = rig.network.reset(toKeeper);
    await rig.pass(1_000);

    expect(count).toBe(1);
    expect(broken).toEqual({ dialler: 'ECONNRESET', acceptor: 'ECONNRESET' });
    expect(rig.network.openConnections()).toBe(0);
  });

  it('ends when the process at the other end is killed', async () => {
    const rig = createRig();
    const { server, finished, broken, dialler } = await connect(rig);

    server.end('killed');
    await rig.pass(1_000);
    dialler.send('x', 1);
    await rig.pass(1_000);

    expect([finished(), broken.dialler]).toEqual([1, 'ECONNRESET']);
    expect(rig.network.openConnections()).toBe(0);
  });

  it('is half open after a power cut, until its machine runs again', async () => {
    const rig = createRig();
    const { server, finished, broken, dialler } = await connect(rig);

    server.end('power cut');
    dialler.send('x', 1);
    await rig.pass(50_000);
    const before = [finished(), broken.dialler];
    rig.start(keeper);
    await rig.pass(5_000);

    expect(before).toEqual([0, undefined]);
    expect(broken.dialler).toBe('ECONNRESET');
  });

  it('is answered by a reset when its peer lost power and runs again', async () => {
    const rig = createRig();
    const { server, broken, dialler } = await connect(rig);

    server.end('power cut');
    await rig.pass(500_000);
    const before = broken.dialler;
    rig.start(keeper);
    await rig.pass(5_000);
    dialler.send('x', 1);
    await rig.pass(5_000);

    expect([before, broken.dialler]).toEqual([undefined, 'ECONNRESET']);
  });

  it('waits for a process that is paused', async () => {
    const rig = createRig();
    const { server, dialler, heard } = await connect(rig);

    rig.kernel.pause(server, 5_000);
    for (let number = 0; number < 10; number += 1) {
      dialler.send(number, 1);
      await rig.pass(400);
    }
    const before = [...heard];
    await rig.pass(5_000);

    expect([before, heard]).toEqual([[], [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]]);
  });
});
