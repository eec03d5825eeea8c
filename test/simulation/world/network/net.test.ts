import { describe, expect, it } from 'vitest';
import type { ByteInlet } from '../../../../src/transfer/socket-reads.js';
import type { SimProcess } from '../sim-process.js';
import { connect, createServer, type Socket } from './net.js';
import { createRig, type Rig } from './rig.js';
import { client, keeper, port } from './test-connection.js';

describe('a socket', () => {
  it('brings all bytes in order, cut anew, under delay and loss', async () => {
    const rig = createRig(4);
    rig.network.faults.set({ from: client, to: keeper }, { loss: 0.1, delayMs: 20, slowness: 2 });
    const { near, far, dialling } = await pair(rig);
    const sent = patterned(1_500_000);
    const pieces: Buffer[] = [];
    far.on('data', (piece: Buffer) => pieces.push(piece)).resume();

    await rig.soon(dialling, () => {
      near.cork();
      near.write(sent.subarray(0, 10));
      near.write(sent.subarray(10, 700_000));
      near.uncork();
      near.end(sent.subarray(700_000));
    });
    await rig.pass(600_000);

    expect(Buffer.concat(pieces).equals(sent)).toBe(true);
    expect(new Set(pieces.map(({ length }) => length)).size).toBeGreaterThan(5);
  });

  it('copies what it sends before it calls back', async () => {
    const rig = createRig();
    const { near, far, dialling } = await pair(rig);
    const heard: Buffer[] = [];
    far.on('data', (piece: Buffer) => heard.push(piece)).resume();
    const bytes = Buffer.from('before');

    await rig.soon(dialling, () => near.write(bytes, () => bytes.fill('x')));
    await rig.pass(1_000);

    expect([Buffer.concat(heard).toString(), bytes.toString()]).toEqual(['before', 'xxxxxx']);
  });

  it('does not call back while its peer does not read', async () => {
    const rig = createRig();
    const { near, far, dialling, accepting } = await pair(rig);
    const written: number[] = [];
    far.pause();
    const mebibyte = Buffer.alloc(1024 * 1024);

    await rig.soon(dialling, () => {
      for (let at = 0; at < 4; at += 1) near.write(mebibyte, () => written.push(at));
    });
    await rig.pass(10_000);
    const before = [...written];
    await rig.soon(accepting, () => far.on('data', () => undefined).resume());
    await rig.pass(10_000);

    expect([before, written]).toEqual([[], [0, 1, 2, 3]]);
    expect(rig.network.stats.bytes).toBeGreaterThanOrEqual(4 * mebibyte.length);
  });

  it('ends when its peer ends, and closes', async () => {
    const rig = createRig();
    const { near, far, dialling } = await pair(rig);
    const events = watch(far);

    await rig.soon(dialling, () => near.end());
    await rig.pass(1_000);

    expect(events).toEqual(['end', 'close false']);
    expect(rig.network.openConnections()).toBe(0);
  });

  it('tells of a killed peer with unread bytes as a reset: error, then close', async () => {
    const rig = createRig();
    const { near, far, dialling, accepting } = await pair(rig);
    far.pause();
    const events = watch(near);
    const errors: unknown[] = [];

    await rig.soon(dialling, () => near.write(Buffer.alloc(300_000)));
    await rig.pass(1_000);
    await rig.soon(dialling, () => near.write('x', (error) => errors.push(error)));
    accepting.end('killed');
    await rig.pass(1_000);

    expect(events).toEqual(['error ECONNRESET', 'close true']);
    expect(errors).toHaveLength(1);
  });

  it('times out after a power cut, when it has something to say', async () => {
    const rig = createRig();
    const { near, dialling, accepting } = await pair(rig);
    const events = watch(near);

    accepting.end('power cut');
    await rig.pass(600_000);
    const before = [...events];
    await rig.soon(dialling, () => near.write('anybody there?'));
    await rig.pass(200_000);

    expect([before, events]).toEqual([[], ['error ETIMEDOUT', 'close true']]);
  });

  it('says that it was idle, once, and again after it was used', async () => {
    const rig = createRig();
    const { near, dialling } = await pair(rig);
    const idleAt: number[] = [];
    const startMs = rig.kernel.nowMs;

    await rig.soon(dialling, () => {
      near.setTimeout(1_000);
      near.on('timeout', () => idleAt.push(Math.round(rig.kernel.nowMs - startMs)));
    });
    await rig.pass(900);
    await rig.soon(dialling, () => near.write('x'));
    await rig.pass(5_000);
    await rig.soon(dialling, () => near.write('x'));
    await rig.pass(5_000);

    expect(idleAt).toEqual([1_900, 6_900]);
  });

  it.each([true, false])('reads into windows: dialled %s', async (isDialled) => {
    const rig = createRig(2);
    const { inlet, read, more } = windows(7, 40);
    const { near, far, dialling, accepting } = await pair(
      rig,
      isDialled ? { inlet } : { adopt: inlet },
    );
    const [reader, reading] = isDialled ? [near, dialling] : [far, accepting];
    const [writer, writing] = isDialled ? [far, accepting] : [near, dialling];
    const sent = patterned(100);

    await rig.soon(writing, () => writer.end(sent));
    await rig.pass(1_000);
    const before = read();
    await rig.soon(reading, () => {
      more();
      reader.resume();
    });
    await rig.pass(1_000);

    expect(before.length).toBeGreaterThanOrEqual(40);
    expect(before.length).toBeLessThan(47);
    expect(read().equals(sent)).toBe(true);
  });
});

describe('net.connect', () => {
  it('says that nobody listens', async () => {
    const rig = createRig();
    rig.start(keeper);
    const events: string[] = [];

    await rig.soon(rig.start(client), () => watch(connect({ host: keeper, port }), events));
    await rig.pass(1_000);

    expect(events).toEqual(['error ECONNREFUSED', 'close true']);
  });

  it('stays silent where the power is off, but for its own timeout', async () => {
    const rig = createRig();
    const events: string[] = [];
    const dialling = rig.start(client);

    await rig.soon(dialling, () => {
      const socket = connect({ host: keeper, port, timeout: 500 });
      watch(socket, events);
      socket.once('timeout', () => events.push(`timeout ${Math.round(rig.kernel.nowMs)}`));
    });
    await rig.pass(200_000);

    expect(events).toEqual(['timeout 500', 'error ETIMEDOUT', 'close true']);
  });

  it('fails loudly for what it does not know', async () => {
    const rig = createRig();
    const options = { host: keeper, port, lookup: () => undefined };

    const asked = rig.within(rig.start(client), async () => connect(options));

    await expect(asked).rejects.toThrow('net.connect has no twin for lookup');
  });
});

describe('a server', () => {
  it('tells of a port that is taken', async () => {
    const rig = createRig();
    await pair(rig);
    const events: unknown[] = [];

    await rig.soon(rig.start(keeper), () => {
      createServer({})
        .listen({ host: keeper, port })
        .on('error', ({ code }) => events.push(code));
    });

    expect(events).toEqual(['EADDRINUSE']);
  });
});

async function pair(rig: Rig, inlets: { inlet?: ByteInlet; adopt?: ByteInlet } = {}) {
  const [accepting, dialling] = [rig.start(keeper), rig.start(client)];
  let far: Socket | undefined;
  await rig.soon(accepting, () => {
    createServer({ pauseOnConnect: true }, (accepted) => {
      const { adopt } = inlets;
      far = adopt === undefined ? accepted : (adoptTwin(accepted, adopt) as Socket);
    }).listen({ host: keeper, port });
  });
  const near = await rig.within(dialling, async () => {
    const { inlet } = inlets;
    if (inlet === undefined) return connect({ host: keeper, port });
    const onread = { buffer: () => inlet.window(), callback: (n: number) => inlet.arrived(n) };
    return connect({ host: keeper, port, onread });
  });
  await rig.kernel.run(rig.kernel.nowMs + 1_000, () => far !== undefined);
  if (far === undefined) throw new Error('nothing was accepted');
  return { near, far, accepting, dialling } satisfies Record<string, Socket | SimProcess>;
}

/** Outside of the bundle the product would build its socket of the real module. */
function adoptTwin(accepted: Socket, inlet: ByteInlet): unknown {
  const { _handle: handle } = accepted;
  if (handle === null) throw new Error('an accepted socket has a handle');
  expect(typeof handle.useUserBuffer).toBe('function');
  accepted._handle = null;
  accepted.destroy();
  const Twin = accepted.constructor as typeof Socket;
  const onread = { buffer: () => inlet.window(), callback: (n: number) => inlet.arrived(n) };
  return new Twin({ handle, onread });
}

function watch(socket: Socket, events: string[] = []): string[] {
  socket.on('end', () => events.push('end'));
  socket.on('error', ({ code }: NodeJS.ErrnoException) => events.push(`error ${code}`));
  socket.on('close', (hadError: boolean) => events.push(`close ${hadError}`));
  socket.resume();
  return events;
}

/** Windows of that size, and a reader that stops after so many bytes. */
function windows(windowBytes: number, stopAfterBytes: number) {
  const heard: Buffer[] = [];
  let window = Buffer.alloc(windowBytes);
  let bytes = 0;
  let stopsAt = stopAfterBytes;
  const inlet: ByteInlet = {
    window() {
      window = Buffer.alloc(windowBytes);
      return window;
    },
    arrived(count) {
      heard.push(window.subarray(0, count));
      bytes += count;
      return bytes < stopsAt;
    },
  };
  const more = (): void => {
    stopsAt = Number.POSITIVE_INFINITY;
  };
  return { inlet, read: () => Buffer.concat(heard), more };
}

const patterned = (bytes: number): Buffer =>
  Buffer.from(Uint8Array.from({ length: bytes }, (_, at) => (at * 31 + (at >> 8)) & 0xff));
