import { describe, expect, it, vi } from 'vitest';
import * as clock from '../clock.js';

vi.mock('@grpc/grpc-js', () => import('./grpc.js'));
vi.mock('@grpc/proto-loader', () => import('./proto-loader.js'));
vi.mock('@grpc/reflection', () => import('./grpc-reflection.js'));
vi.mock('grpc-health-check', () => import('./grpc-health.js'));

const { never, openLink, stamp, world } = await import('./grpc-rig.js');

const uploadId = 'a'.repeat(32);
const progress = { replicas: 1, target: 3, acked: false, file: undefined };
const beat = {
  stamp,
  freeBytes: 1,
  usedBytes: 2,
  transfers: 0,
  uploadIds: [],
  diskSuspect: false,
  eventLoopLagMs: 0,
  leaving: false,
  ticketKeyId: 0,
  scrub: undefined,
  traffic: undefined,
};
const answer = { epoch: 1, commit: 0, masterClockMs: 9, command: undefined, ticketKey: undefined };

describe('a stream of answers', () => {
  it('brings all, in order, to a slow reader, and is not made ahead of it', async () => {
    let made = 0;
    const finding = { name: 'a', fileId: 'b', live: 0, target: 3, reason: 'x'.repeat(10_000) };
    const { rig, dialling, connection } = await world({
      client: {
        async *fsck() {
          for (made = 0; made < 300; made += 1)
            yield { ...finding, live: made, problem: 'PROBLEM_MISSING' as never };
        },
      },
    });
    let ahead = 0;

    const heard = await rig.within(dialling, async () => {
      const numbers: number[] = [];
      for await (const { live } of connection.fsck({})) {
        numbers.push(live);
        ahead = Math.max(ahead, made - live);
        await new Promise((resolve) => clock.setTimeout(() => resolve(undefined), 5));
      }
      return numbers;
    });

    expect(heard).toEqual(Array.from({ length: 300 }, (_, number) => number));
    expect(ahead).toBeLessThan(100);
  });

  it('tells the handler that its reader has left', async () => {
    let gone = 0;
    const { rig, dialling, connection } = await world({
      client: {
        async *awaitUpload(_, signal) {
          signal.addEventListener('abort', () => {
            gone += 1;
          });
          yield progress;
          await never();
        },
      },
    });

    await rig.within(dialling, async () => {
      for await (const _ of connection.awaitUpload({ uploadId })) break;
    });
    await rig.pass(100);

    expect(gone).toBe(1);
  });

  it('tells the handler that the machine of its reader lost power, by keepalive', async () => {
    const goneAt: number[] = [];
    const { rig, dialling, connection } = await world({
      client: {
        async *awaitUpload(_, signal) {
          signal.addEventListener('abort', () => goneAt.push(rig.kernel.nowMs));
          await never();
        },
      },
    });

    await rig.soon(dialling, () => void read(connection.awaitUpload({ uploadId })));
    await rig.pass(1_000);
    dialling.end('power cut');
    await rig.pass(60_000);

    expect(goneAt).toHaveLength(1);
    expect(goneAt[0]).toBeLessThan(16_000);
  });
});

describe('a session', () => {
  it('carries messages both ways until the server has lost power, as keepalive finds', async () => {
    const { rig, dialling, serving } = await world({
      keeper: { session: (stream) => void stream.on('data', () => stream.write(answer)) },
    });
    const heard: unknown[] = [];
    const ends: { code: unknown; atMs: number }[] = [];

    await rig.soon(dialling, () => {
      const session = openLink().session({
        onMessage: (message) => heard.push(message),
        onEnd: (reason) =>
          ends.push({ code: reason === 'ended' || reason.code, atMs: rig.kernel.nowMs }),
      });
      clock.setInterval(() => session.send(beat), 1_000);
    });
    await rig.pass(20_500);
    serving.end('power cut');
    await rig.pass(60_000);

    expect(heard).toHaveLength(20);
    expect(ends).toEqual([{ code: 'unavailable', atMs: expect.any(Number) }]);
    expect(ends[0]?.atMs).toBeLessThan(36_000);
  });

  it('takes an inventory page by page', async () => {
    const sizes: number[] = [];
    const { rig, dialling } = await world({
      keeper: {
        async reportInventory(pages) {
          for await (const { entries } of pages) sizes.push(entries[0]?.size ?? -1);
          return { commit: 7 };
        },
      },
    });

    const heard = await rig.within(dialling, () =>
      openLink().reportInventory(pagesOf(100), new AbortController().signal),
    );

    expect(heard).toEqual({ commit: 7 });
    expect(sizes).toEqual(Array.from({ length: 100 }, (_, size) => size));
  });
});

async function read(stream: AsyncIterable<unknown>): Promise<void> {
  for await (const _ of stream);
}

async function* pagesOf(count: number) {
  const entry = {
    fileId: '',
    digest: '',
    uploadId: 'x'.repeat(10_000),
    quarantined: false,
    aside: false,
    facts: undefined,
  };
  for (let size = 0; size < count; size += 1)
    yield {
      stamp,
      entries: [{ ...entry, size }],
      complete: size === count - 1,
      deletedFileIds: [],
    };
}
