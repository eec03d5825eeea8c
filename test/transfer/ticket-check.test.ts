import { describe, expect, it } from 'vitest';
import { digest, fileId, keeperId, uploadId } from '../../src/domain/ids.js';
import type { RequestHead } from '../../src/transfer/request-head.js';
import { judgeTicket, type KeeperStanding } from '../../src/transfer/ticket-check.js';
import { aFileId, anUploadId, getClaims, putClaims } from './rig.js';

const here: KeeperStanding = {
  keeper: keeperId('keeper-1'),
  incarnation: 3,
  epoch: 5,
  masterNowMs: 1_000,
  peer: undefined,
};
const somewhere = { claims: Buffer.alloc(0), fileId: aFileId };
const putHead: RequestHead = { ...somewhere, operation: 'put', uploadId: anUploadId };
const getHead: RequestHead = { ...somewhere, operation: 'get', range: { first: 0, count: 1 } };
const manifestHead: RequestHead = { ...somewhere, operation: 'manifest' };
const put = putClaims(10);
const get = getClaims(10, digest('0f'.repeat(32)));

describe('judgeTicket', () => {
  it.each([
    ['a put for a put', put, putHead],
    ['a get for a get', get, getHead],
    ['a get for a manifest', get, manifestHead],
    ['a ticket of a newer epoch', { ...get, epoch: 6 }, getHead],
    ['a ticket in its last moment', { ...get, expiresAtMs: 1_001 }, getHead],
  ])('permits %s', (_name, claims, head) => {
    expect(judgeTicket(claims, head, here)).toEqual({ ok: true });
  });

  it.each([
    ['a put for a get', put, getHead, 'not-allowed'],
    ['a put for a manifest', put, manifestHead, 'not-allowed'],
    ['a get for a put', get, putHead, 'not-allowed'],
    ['another file', { ...get, fileId: fileId('00'.repeat(16)) }, getHead, 'not-allowed'],
    ['another upload', { ...put, uploadId: uploadId('00'.repeat(16)) }, putHead, 'not-allowed'],
    ['another keeper', { ...get, keeper: keeperId('keeper-2') }, getHead, 'not-allowed'],
    ['an earlier start of the keeper', { ...get, incarnation: 2 }, getHead, 'stale'],
    ['a later start of the keeper', { ...get, incarnation: 4 }, getHead, 'stale'],
    ['a lower epoch', { ...get, epoch: 4 }, getHead, 'stale'],
    ['a ticket at its expiry', { ...get, expiresAtMs: 1_000 }, getHead, 'not-allowed'],
  ] as const)('refuses %s', (_name, claims, head, code) => {
    expect(judgeTicket(claims, head, here)).toMatchObject({ ok: false, code });
  });
});
