import { afterEach, describe, expect, it, vi } from 'vitest';
import { chunkBytes } from '../../src/domain/chunk-plan.js';
import { keeperId, uploadId } from '../../src/domain/ids.js';
import type { TicketClaims } from '../../src/domain/ticket.js';
import { encodeRequestHead } from '../../src/transfer/request-head.js';
import { signTicket } from '../../src/transfer/ticket-proof.js';
import { RawPeer } from './raw-peer.js';
import { aFileId, anUploadId, putClaims, Rig, sampleBytes } from './rig.js';

const bytes = sampleBytes(chunkBytes + 5);

let rig: Rig;
afterEach(() => rig.close());

describe('a request', () => {
  it.each<[string, Partial<TicketClaims>, string]>([
    ['another keeper', { keeper: keeperId('keeper-2') }, 'not-allowed'],
    ['another start of the keeper', { incarnation: 2 }, 'stale'],
    ['a lower epoch', { epoch: 4 }, 'stale'],
    ['a time that is over', { expiresAtMs: 1_000 }, 'not-allowed'],
    ['another upload', { uploadId: uploadId('00'.repeat(16)) }, 'not-allowed'],
    ['a key that is not known', { keyId: 8 }, 'not-allowed'],
  ])('with a ticket for %s reaches no handler', async (_name, claims, code) => {
    rig = await Rig.start();
    const connection = await rig.dial();

    await expect(connection.put(rig.putOrder(bytes, claims))).rejects.toMatchObject({ code });

    expect(rig.uploads).toEqual([]);
    expect(rig.refusals).toEqual([aRefusal]);
    await rig.expectQuiet();
  });

  it('with a ticket that another key signed reaches no handler', async () => {
    rig = await Rig.start();
    const connection = await rig.dial();
    const forged = signTicket(putClaims(bytes.length), Buffer.alloc(32, 'x'));

    const put = connection.put({ ...rig.putOrder(bytes), ticket: forged });

    await expect(put).rejects.toMatchObject({ code: 'not-allowed' });
    expect(rig.uploads).toEqual([]);
    expect(rig.refusals).toEqual([aRefusal]);
  });

  it('is judged by the epoch and the clock of its own moment', async () => {
    let epoch = 5;
    let masterNowMs = 1_000;
    rig = await Rig.start({
      bytes,
      authority: { highestEpoch: () => epoch, masterNowMs: () => masterNowMs },
    });
    const connection = await rig.dial();
    await connection.get(rig.getOrder());

    epoch = 6;
    await expect(connection.get(rig.getOrder())).rejects.toMatchObject({ code: 'stale' });

    epoch = 5;
    masterNowMs = 2_000;
    await expect(connection.get(rig.getOrder())).rejects.toMatchObject({ code: 'not-allowed' });
    masterNowMs = 1_999;
    await connection.get(rig.getOrder());

    expect(rig.server.connections).toBe(1);
  });

  it('cannot put twice with one ticket', async () => {
    rig = await Rig.start();
    const order = rig.putOrder(bytes);
    const connection = await rig.dial();
    await connection.put(order);

    const again = connection.put(order);

    await expect(again).rejects.toMatchObject({ detail: 'the ticket has served already' });
    expect(rig.uploads).toHaveLength(1);
  });

  it('can get as often as it likes with one ticket', async () => {
    rig = await Rig.start({ bytes });
    const connection = await rig.dial();
    const order = rig.getOrder();

    await connection.get(order);
    await connection.get(order);
    await connection.manifest(order);

    expect(connection.usable).toBe(true);
  });

  it('cannot put more bytes than the ticket says', async () => {
    rig = await Rig.start();
    const connection = await rig.dial();

    const put = connection.put(rig.putOrder(bytes, { size: bytes.length - 1 }));

    await expect(put).rejects.toMatchObject({ code: 'usage' });
    expect(rig.uploads[0]?.aborts).toHaveLength(1);
    await rig.expectQuiet();
  });

  it('cannot put fewer bytes than the ticket says', async () => {
    rig = await Rig.start();
    const connection = await rig.dial();

    const put = connection.put(rig.putOrder(bytes, { size: bytes.length + 1 }));

    await expect(put).rejects.toMatchObject({ code: 'usage' });
    expect(rig.uploads[0]).toMatchObject({ aborts: [{ code: 'usage' }] });
    expect(rig.uploads[0]?.totals).toBeUndefined();
  });

  it('cannot get chunks past the end of the file', async () => {
    rig = await Rig.start({ bytes });
    const peer = await RawPeer.dial(rig.server.port);
    const ticket = rig.getTicket();
    const range = { first: 1, count: 2 };
    const head = { operation: 'get', claims: ticket.claims, fileId: aFileId, range } as const;

    peer.request(await peer.greet(), ticket, encodeRequestHead(head));
    peer.end();
    await peer.closed();

    expect(peer.verdict).toEqual({
      code: 2,
      detail: 'the range ends at chunk 3 of a file of 2',
    });
  });

  it('cannot be replayed from what was seen on the wire', async () => {
    rig = await Rig.start({ bytes });
    const ticket = rig.getTicket();
    const head = encodeRequestHead({
      operation: 'manifest',
      claims: ticket.claims,
      fileId: aFileId,
    });
    const first = await RawPeer.dial(rig.server.port);
    const seen = first.request(await first.greet(), ticket, head);
    first.end();
    await first.closed();
    expect(first.heard.length).toBeGreaterThan(bytes.length);

    const elsewhere = await RawPeer.dial(rig.server.port);
    await elsewhere.greet();
    elsewhere.send(seen);
    elsewhere.end();
    await elsewhere.closed();
    const twice = await RawPeer.dial(rig.server.port);
    twice.send(twice.request(await twice.greet(), ticket, head));
    twice.end();
    await twice.closed();

    const refusal = { code: 4, detail: 'the proof does not fit the ticket' };
    expect(elsewhere.verdict).toEqual(refusal);
    expect(twice.heard.toString('utf8').endsWith(refusal.detail)).toBe(true);
  });

  it('beyond the transfers that run at once is told to try again', async () => {
    rig = await Rig.start({ bytes, limits: { transfersMax: 1 } });
    const [busy, other] = [await rig.dial(), await rig.dial()];
    const order = rig.putOrder(bytes);
    let refusal: unknown;

    await busy.put({
      ...order,
      source: {
        ...order.source,
        async digest() {
          // Its end is sent only now; the keeper may not have let it begin yet.
          await vi.waitFor(() => expect(rig.uploads).toHaveLength(1));
          refusal = await other.get(rig.getOrder()).catch((error: unknown) => error);
          return order.source.digest();
        },
      },
    });

    expect(refusal).toMatchObject({ code: 'unavailable' });
    expect(rig.uploads[0]?.totals?.size).toBe(bytes.length);
  });

  it('beyond the tickets that are remembered is told to try again', async () => {
    rig = await Rig.start({ limits: { noncesMax: 1 } });
    const connection = await rig.dial();
    await connection.put(rig.putOrder(bytes));

    await expect(connection.put(rig.putOrder(bytes))).rejects.toMatchObject({
      code: 'unavailable',
    });
  });

  it('is refused when its head says less than it must', async () => {
    rig = await Rig.start();
    const peer = await RawPeer.dial(rig.server.port);
    const ticket = signTicket(putClaims(1), Buffer.alloc(32, 'k'));
    const head = { operation: 'put', claims: ticket.claims, fileId: aFileId } as const;

    const whole = encodeRequestHead({ ...head, uploadId: anUploadId });
    peer.request(await peer.greet(), ticket, whole.subarray(0, -34));
    await peer.closed();

    expect(peer.verdict).toEqual({ code: 2, detail: 'the request is malformed: its upload id' });
  });
});

const aRefusal = {
  peer: expect.stringMatching(/^127\.0\.0\.1:\d+$/),
  operation: 'put',
  fileId: aFileId,
  why: expect.any(String),
};
