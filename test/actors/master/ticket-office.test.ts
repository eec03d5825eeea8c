import { describe, expect, it } from 'vitest';
import { TicketOffice } from '../../../src/actors/master/ticket-office.js';
import type { KeeperView } from '../../../src/domain/keeper-view.js';
import { proveRequest, verifyRequest } from '../../../src/transfer/ticket-proof.js';
import { f1, good, k1, k2 } from '../lookup-table/table-under-test.js';

const request = { operation: 'get', fileId: f1, size: 10, digest: good } as const;

describe('ticket office', () => {
  it('signs for one keeper, so that its key opens the ticket', () => {
    const office = anOffice();
    const key = office.newKey(k1, plain);

    const source = office.issue(request, view(), 7, 1_000.5);

    expect(source).toMatchObject({ keeperId: 'k1', host: 'k1', port: 7001 });
    expect(opened(source, key)).toMatchObject({
      ...request,
      keeper: k1,
      incarnation: 2,
      epoch: 7,
      expiresAtMs: 61_001,
      keyId: key.keyId,
    });
  });

  it('signs nothing that the key of another keeper opens', () => {
    const office = anOffice();
    office.newKey(k1, plain);
    const other = office.newKey(k2, plain);

    const source = office.issue(request, view(), 7, 0);

    expect(() => opened(source, other)).toThrow(expect.objectContaining({ code: 'not-allowed' }));
  });

  it('signs with the newest key of a keeper', () => {
    const office = anOffice();
    const older = office.newKey(k1, plain);
    const newer = office.newKey(k1, plain);

    const source = office.issue(request, view(), 7, 0);

    expect(newer.keyId).not.toBe(older.keyId);
    expect(opened(source, newer).keyId).toBe(newer.keyId);
    expect(() => opened(source, older)).toThrow();
  });

  it('signs each ticket anew, so that none serves twice', () => {
    const office = anOffice();
    const key = office.newKey(k1, plain);

    const [first, second] = [1, 2].map(() => opened(office.issue(request, view(), 7, 0), key));

    expect(first?.nonce).not.toBe(second?.nonce);
  });

  it('gives no ticket for a keeper without a key or an address', () => {
    const office = anOffice();
    const unregistered = office.issue(request, view(), 7, 0);
    office.newKey(k1, plain);

    expect([unregistered, office.issue(request, { ...view(), address: '' }, 7, 0)]).toEqual([
      undefined,
      undefined,
    ]);
  });
});

describe('the key of a keeper', () => {
  it('is followed by another when it has served its time, once the keeper goes by that', () => {
    const office = anOffice();
    const first = office.newKey(k1, { tls: true, nowMs: 1_000 });

    const early = office.dueKey(k1, 4_599);
    const next = office.dueKey(k1, 4_600);
    const again = office.dueKey(k1, 4_700);
    office.goesBy(k1, first.keyId, 4_700);
    const meanwhile = office.issue(request, view(), 7, 4_800);
    office.goesBy(k1, next?.keyId ?? 0, 4_900);
    const after = office.issue(request, view(), 7, 4_900);

    expect([early, again]).toEqual([undefined, next]);
    expect(opened(meanwhile, first).keyId).toBe(first.keyId);
    expect(opened(after, next ?? first).keyId).toBe(next?.keyId);
    expect(after?.tls).toBe(true);
    expect([office.dueKey(k1, 8_499), office.dueKey(k1, 8_500)?.keyId]).toEqual([
      undefined,
      (next?.keyId ?? 0) + 1,
    ]);
  });

  it('is the one of its last registration, whatever was to follow the one before', () => {
    const office = anOffice();
    office.newKey(k1, plain);
    const next = office.dueKey(k1, 3_600);
    const registered = office.newKey(k1, { tls: false, nowMs: 3_700 });

    office.goesBy(k1, next?.keyId ?? 0, 3_800);

    expect(office.keyIdOf(k1)).toBe(registered.keyId);
    expect(office.dueKey(k1, 3_800)).toBeUndefined();
  });

  it('is due for nobody who has not registered', () => {
    expect(anOffice().dueKey(k1, 1e9)).toBeUndefined();
  });
});

const plain = { tls: false, nowMs: 0 } as const;

const anOffice = (): TicketOffice =>
  new TicketOffice({ ticketLifeMs: 60_000, ticketKeyEveryMs: 3_600 });

const view = (): KeeperView => ({
  keeper: k1,
  address: 'k1:7001',
  state: 'alive',
  incarnation: 2,
  inventory: 'whole',
  diskSuspect: false,
  freeBytes: 0,
  usedBytes: 0,
  transfers: 0,
});

/** As the keeper does whose key this is. */
function opened(
  source: ReturnType<TicketOffice['issue']>,
  { keyId, secret }: ReturnType<TicketOffice['newKey']>,
) {
  const { claims, proofKey } = source?.ticket ?? {};
  if (claims === undefined || proofKey === undefined) throw new Error('there is no ticket');
  const proven = { challenge: Buffer.alloc(32, 1), requestNumber: 0, head: claims };
  const proof = proveRequest(Buffer.from(proofKey), proven);
  return verifyRequest(claims, proof, proven, (id) => (id === keyId ? secret : undefined));
}
