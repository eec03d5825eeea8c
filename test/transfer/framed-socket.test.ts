import { once } from 'node:events';
import net, { type AddressInfo } from 'node:net';
import { blake3 } from '@napi-rs/blake-hash';
import { afterEach, describe, expect, it } from 'vitest';
import { chunkBytes } from '../../src/domain/chunk-plan.js';
import { FramedSocket, unavailable } from '../../src/transfer/framed-socket.js';
import {
  dialGreetingBytes,
  encodeChunkHeader,
  encodeEnd,
  encodeGreeting,
  encodeVerdict,
} from '../../src/transfer/frames.js';
import { resolveTransferLimits } from '../../src/transfer/limits.js';
import { adoptSocket, copyReads, dialSocket } from '../../src/transfer/socket-reads.js';
import { sampleBytes } from './rig.js';

type Accept = typeof adoptSocket;

const limits = resolveTransferLimits({ lingerMs: 100 });
const options = {
  limits,
  greetingBytes: dialGreetingBytes,
  violationCode: 'unavailable',
  isEncrypted: false,
} as const;
const opened: { close(): Promise<unknown> }[] = [];
afterEach(() => Promise.all(opened.splice(0).map((each) => each.close())));

describe.each<[string, Accept]>([
  ['in place', adoptSocket],
  ['by copying', copyReads],
])('a framed socket that reads %s', (_name, accept) => {
  it('receives frames one at a time, whatever follows them', async () => {
    const [near, far] = await pair(accept);
    const [first, second] = [sampleBytes(chunkBytes), sampleBytes(77)];
    const [into, next] = [aBuffer(), aBuffer()];
    const digest = blake3(first);

    const sent = Promise.all([
      near.send(encodeChunkHeader(0, first.length, digest), first),
      near.send(encodeChunkHeader(1, second.length, blake3(second)), second),
      near.send(encodeEnd({ bytes: 1, chunks: 2, digest })),
    ]);
    const received = [
      await far.receive({ accept: ['chunk'], into }, { kind: 'pace' }),
      await far.receive({ accept: ['chunk'], into: next }, { kind: 'pace' }),
      await far.receive({ accept: ['end'] }, { kind: 'pace' }),
    ];
    await sent;

    expect(received.map(({ type }) => type)).toEqual(['chunk', 'chunk', 'end']);
    expect(into.bytes.equals(first)).toBe(true);
    expect(next.bytes.subarray(0, 77).equals(second)).toBe(true);
  });

  it('reads nothing while nobody receives', async () => {
    const [near, far] = await pair(accept);
    const bytes = sampleBytes(chunkBytes);
    let left = 0;
    const count = () => {
      left += 1;
    };

    const sent = Array.from({ length: 8 }, (_, index) =>
      near.send(encodeChunkHeader(index, bytes.length, blake3(bytes)), bytes).then(count),
    );
    await far.receive({ accept: ['chunk'], into: aBuffer() }, { kind: 'pace' });
    expect(left).toBeLessThan(8);
    for (let index = 1; index < 8; index++) {
      await far.receive({ accept: ['chunk'], into: aBuffer() }, { kind: 'pace' });
    }
    await Promise.all(sent);

    expect(left).toBe(8);
  });

  it('rejects what waits, and all that is asked later, with the first failure', async () => {
    const [, far] = await pair(accept);
    const waiting = far.receive({ accept: ['verdict'] }, { kind: 'endless' });
    const reason = unavailable('enough');

    far.destroy(reason);
    far.destroy(unavailable('too late'));

    await expect(waiting).rejects.toBe(reason);
    await expect(far.send(Buffer.alloc(1))).rejects.toBe(reason);
    await expect(far.receive({ accept: ['end'] }, { kind: 'pace' })).rejects.toBe(reason);
    expect(far.signal.reason).toBe(reason);
  });

  it('settles each send when it is destroyed, so that no buffer stays in use', async () => {
    const [near] = await pair(accept);
    const sends = Array.from({ length: 6 }, () => near.send(Buffer.alloc(chunkBytes)));

    near.destroy(unavailable('enough'));

    const results = await Promise.allSettled(sends);
    expect(results.at(-1)?.status).toBe('rejected');
  });

  it('is not done with a peer that speaks out of turn, when it watches', async () => {
    const [near, far] = await pair(accept);
    far.watch();

    await near.send(encodeVerdict({ code: 'ok', detail: '' }, 9));
    await far.closed;

    expect(far.failure?.detail).toContain('spoke out of turn');
  });

  it('lets the peer read the last frame, though bytes of the peer are unread', async () => {
    const [near, far] = await pair(accept);
    const flood = Array.from({ length: 6 }, () => near.send(Buffer.alloc(chunkBytes)));
    const verdict = near.receive({ accept: ['verdict'] }, { kind: 'pace' });

    await far.send(encodeVerdict({ code: 'no-space', detail: 'full' }, 9));
    const gone = far.hangUp();

    expect(await verdict).toMatchObject({ code: 'no-space', detail: 'full' });
    near.destroy(unavailable('refused'));
    await Promise.allSettled(flood);
    await gone;
  });
});

async function pair(accept: Accept): Promise<readonly [FramedSocket, FramedSocket]> {
  const listener = net.createServer({ pauseOnConnect: true });
  await once(listener.listen(0, '127.0.0.1'), 'listening');
  const { port } = listener.address() as AddressInfo;
  const accepted = once(listener, 'connection');
  const near = new FramedSocket((inlet) => dialSocket({ host: '127.0.0.1', port }, inlet), options);
  const nearGreeted = near.receiveGreeting();
  const [socket] = (await accepted) as [net.Socket];
  const far = new FramedSocket((inlet) => accept(socket, inlet), options);
  const farGreeted = far.receiveGreeting();
  const greeted = [near.send(encodeGreeting()), far.send(encodeGreeting())];
  await Promise.all([nearGreeted, farGreeted, ...greeted]);
  for (const side of [near, far]) {
    opened.push({
      close() {
        side.destroy(unavailable('the test is over'));
        return side.closed;
      },
    });
  }
  opened.push({ close: async () => listener.close() });
  return [near, far];
}

function aBuffer() {
  const shared = new SharedArrayBuffer(chunkBytes);
  return { shared, bytes: Buffer.from(shared) };
}
