import { once } from 'node:events';
import net, { type AddressInfo } from 'node:net';
import { connect, createServer, type TLSSocket } from 'node:tls';
import { describe, expect, it, onTestFinished } from 'vitest';
import { type ByteInlet, copyReads, type Reads } from '../../src/transfer/socket-reads.js';
import { readTls } from '../../src/transfer/tls-reads.js';
import { anAuthority, credentialsOf } from '../credentials/an-authority.js';
import { sampleBytes } from './rig.js';

type Side = 'the one that dialled' | 'the one that was dialled';

describe.each<[string, (socket: TLSSocket, inlet: ByteInlet) => Reads]>([
  ['in place', readTls],
  ['by copying', copyReads],
])('reading from TLS %s', (_, read) => {
  it.each<[Side, number, number]>([
    ['the one that dialled', 1_000_000, 1_000],
    ['the one that was dialled', 1_000_000, 1_000],
    ['the one that dialled', 3_000_000, 70_001],
    ['the one that was dialled', 3_000_000, 70_001],
    ['the one that dialled', 50, 7],
  ])(
    'gives %s all %i bytes in order, however often it stops, and then the end',
    async (side, count, step) => {
      const sent = sampleBytes(count);
      const [from, to] = await pairOf(side);
      const inlet = new StoppingInlet(count, step);

      const reads = read(to, inlet);
      expect(to.listenerCount('data')).toBe(read === copyReads ? 1 : 0);
      inlet.onStop = () => setImmediate(() => reads.resume());
      const ended = new Promise<number>((resolve) => reads.onEnd(() => resolve(inlet.filled)));
      reads.resume();
      from.end(sent);

      expect(await ended).toBe(count);
      expect(inlet.bytes.equals(sent)).toBe(true);
    },
  );

  it('loses nothing of what comes while it is paused', async () => {
    const sent = sampleBytes(200_000);
    const [from, to] = await pairOf('the one that dialled');
    const inlet = new StoppingInlet(sent.length, sent.length);
    const reads = read(to, inlet);

    reads.pause();
    await new Promise<void>((resolve) => from.write(sent, () => resolve()));
    const before = inlet.filled;
    const ended = new Promise<void>((resolve) => reads.onEnd(() => resolve()));
    reads.resume();
    from.end();
    await ended;

    expect([before, inlet.bytes.equals(sent)]).toEqual([0, true]);
  });
});

/** Takes so many bytes, and says stop after each `step` of them. */
class StoppingInlet implements ByteInlet {
  filled = 0;
  onStop: () => void = () => undefined;
  readonly bytes: Buffer;
  readonly #step: number;

  constructor(count: number, step: number) {
    this.bytes = Buffer.alloc(count);
    this.#step = step;
  }

  window(): Uint8Array {
    const left = this.#step - (this.filled % this.#step);
    const window = this.bytes.subarray(this.filled, this.filled + left);
    return window.length === 0 ? Buffer.alloc(1) : window;
  }

  arrived(count: number): boolean {
    this.filled += count;
    const goesOn = this.filled % this.#step !== 0;
    if (!goesOn) this.onStop();
    return goesOn;
  }
}

/** The side that writes, and the one that reads. */
async function pairOf(reader: Side): Promise<readonly [TLSSocket, TLSSocket]> {
  const authority = await anAuthority();
  const { files } = await credentialsOf(authority, 'keeper');
  const options = { ca: files.ca, cert: files.certificate, key: files.key };
  const secure = createServer(options);
  const listener = net.createServer({ pauseOnConnect: true }, (socket) =>
    secure.emit('connection', socket),
  );
  await once(listener.listen(0, '127.0.0.1'), 'listening');
  const entered = once(secure, 'secureConnection');
  const { port } = listener.address() as AddressInfo;
  const dialled = connect({ ...options, port, checkServerIdentity: () => undefined });
  const [accepted] = (await entered) as [TLSSocket];
  onTestFinished(() => {
    dialled.destroy();
    accepted.destroy();
    listener.close();
  });
  const pair = [accepted, dialled] as const;
  return reader === 'the one that dialled' ? pair : [dialled, accepted];
}
