/**
 * How a ticket is signed, and how its holder proves on the wire to hold it.
 *
 *   proofKey = HMAC-SHA-256(the keeper's key, claims)         master to client, over gRPC
 *   proof    = HMAC-SHA-256(proofKey, challenge ‖ u32 request number ‖ head)   client to keeper
 *
 * The keeper works out the same proofKey from the claims in the head. What goes
 * over the wire serves for one request on one connection: the keeper drew the
 * challenge, and counts the requests.
 */
import assert from 'node:assert/strict';
import { createHmac, timingSafeEqual } from 'node:crypto';
import { ReelkeepError } from '../domain/errors.js';
import type { TicketClaims } from '../domain/ticket.js';
import { challengeBytes } from './frames.js';
import { decodeClaims, encodeClaims } from './ticket-claims.js';

const keyBytesMin = 32;

export interface SignedTicket {
  /** Encoded claims; these bytes, not their meaning, are signed. */
  readonly claims: Buffer;
  readonly proofKey: Buffer;
}

export interface ProvenRequest {
  readonly challenge: Uint8Array;
  /** Counted from 0 on each connection. */
  readonly requestNumber: number;
  /** The encoded head, the claims in it. */
  readonly head: Uint8Array;
}

/** @param key 32 random bytes that master and keeper share */
export function signTicket(claims: TicketClaims, key: Uint8Array): SignedTicket {
  assert(key.length >= keyBytesMin, 'a ticket key has at least 32 bytes');
  const bytes = encodeClaims(claims);
  return { claims: bytes, proofKey: hmac(key, bytes) };
}

export function proveRequest(proofKey: Uint8Array, request: ProvenRequest): Buffer {
  assert.equal(request.challenge.length, challengeBytes);
  const number = Buffer.alloc(4);
  number.writeUInt32BE(request.requestNumber);
  return hmac(proofKey, request.challenge, number, request.head);
}

/**
 * @param claims as they stand in the head
 * @param keyOf the key with this id, if it is known
 * @returns the claims, now known to be the master's
 * @throws ReelkeepError `not-allowed`
 */
export function verifyRequest(
  claims: Uint8Array,
  proof: Uint8Array,
  request: ProvenRequest,
  keyOf: (keyId: number) => Uint8Array | undefined,
): TicketClaims {
  const decoded = decodeClaims(claims);
  const key = keyOf(decoded.keyId);
  if (key === undefined) {
    throw new ReelkeepError(
      'not-allowed',
      `the ticket is signed with key ${decoded.keyId}, which is not known`,
    );
  }
  const expected = proveRequest(hmac(key, claims), request);
  if (proof.length !== expected.length || !timingSafeEqual(proof, expected)) {
    throw new ReelkeepError('not-allowed', 'the proof does not fit the ticket');
  }
  return decoded;
}

function hmac(key: Uint8Array, ...parts: readonly Uint8Array[]): Buffer {
  const mac = createHmac('sha256', key);
  for (const part of parts) mac.update(part);
  return mac.digest();
}
