import { createHmac } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { digest, wallMs } from '../../src/domain/ids.js';
import { encodeRequestHead } from '../../src/transfer/request-head.js';
import { decodeClaims, encodeClaims } from '../../src/transfer/ticket-claims.js';
import { proveRequest, signTicket, verifyRequest } from '../../src/transfer/ticket-proof.js';
import { aFileId, anAuthority, anUploadId, getClaims, key, putClaims } from './rig.js';

const claims = putClaims(123_456_789_012);
const ticket = signTicket(claims, key);
const challenge = Buffer.alloc(32, 'c');
const head = encodeRequestHead({
  operation: 'put',
  claims: ticket.claims,
  fileId: aFileId,
  uploadId: anUploadId,
});
const request = { challenge, requestNumber: 2, head };
const proof = proveRequest(ticket.proofKey, request);
const { keyOf } = anAuthority;

describe('the proof of a request', () => {
  it('is accepted, and gives the claims that were signed', () => {
    expect(verifyRequest(ticket.claims, proof, request, keyOf)).toEqual(claims);
  });

  it('is what the protocol page says it is', () => {
    const hmac = (secret: Buffer, bytes: Buffer) =>
      createHmac('sha256', secret).update(bytes).digest();

    const expected = hmac(
      hmac(key, ticket.claims),
      Buffer.concat([challenge, Buffer.from([0, 0, 0, 2]), head]),
    );

    expect(proof).toEqual(expected);
  });

  it('is refused for each flipped bit of the challenge', () => {
    for (let bit = 0; bit < challenge.length * 8; bit++) {
      const verify = () =>
        verifyRequest(ticket.claims, proof, { ...request, challenge: flip(challenge, bit) }, keyOf);

      expect(verify, `bit ${bit}`).toThrow(expect.objectContaining({ code: 'not-allowed' }));
    }
  });

  it.each([
    ['under another number', { ...request, requestNumber: 3 }],
    ['on another connection', { ...request, challenge: Buffer.alloc(32, 'd') }],
  ])('is refused when it is replayed %s', (_where, replayed) => {
    expect(() => verifyRequest(ticket.claims, proof, replayed, keyOf)).toThrow(
      'the proof does not fit the ticket',
    );
  });

  it('is refused when it is short or empty', () => {
    for (const short of [proof.subarray(0, 31), Buffer.alloc(0)]) {
      expect(() => verifyRequest(ticket.claims, short, request, keyOf)).toThrow('proof');
    }
  });

  it('is refused under a key that is not known', () => {
    expect(() => verifyRequest(ticket.claims, proof, request, () => undefined)).toThrow(
      'signed with key 7, which is not known',
    );
  });
});

describe('encoded claims', () => {
  it('decode to what was encoded', () => {
    const get = getClaims(2 ** 46, digest('0f'.repeat(32)), { expiresAtMs: 0, incarnation: 0 });

    const label = { name: 'films/ü.mp4', target: 3, createdAt: wallMs(1_700_000_000_000) };
    const labelled = putClaims(1, { label });

    expect(decodeClaims(encodeClaims(claims))).toEqual(claims);
    expect(decodeClaims(encodeClaims(labelled))).toEqual(labelled);
    expect(decodeClaims(encodeClaims(get))).toEqual(get);
    const forCopy = getClaims(1, digest('0f'.repeat(32)), { forCopy: true });
    expect(decodeClaims(encodeClaims(forCopy))).toEqual(forCopy);
  });

  it.each([
    ['a put with a digest', putClaims(1, { digest: digest('0f'.repeat(32)) })],
    ['a put for a copy', putClaims(1, { forCopy: true })],
    ['a get with an upload', getClaims(1, digest('0f'.repeat(32)), { uploadId: anUploadId })],
    ['a get without a digest', getClaims(1, digest(''))],
    ['a short nonce', putClaims(1, { nonce: 'abcd' })],
    ['a keeper id with a slash', putClaims(1, { keeper: '../x' as typeof claims.keeper })],
    ['a file id in capitals', putClaims(1, { fileId: 'F0'.repeat(16) as typeof claims.fileId })],
  ])('are refused: %s', (_name, malformed) => {
    const encoded = encodeClaims(malformed);

    expect(() => decodeClaims(encoded)).toThrow('the ticket is malformed');
  });
});

function flip(bytes: Buffer, bit: number): Buffer {
  const flipped = Buffer.from(bytes);
  flipped[bit >> 3] = (flipped[bit >> 3] ?? 0) ^ (1 << (bit & 7));
  return flipped;
}
