import fc from 'fast-check';
import { wallMs } from '../../../src/domain/ids.js';
import { bearerOf, roles } from '../../../src/domain/principal.js';
import type { TicketClaims } from '../../../src/domain/ticket.js';
import { decodeClaims, encodeClaims } from '../../../src/transfer/ticket-claims.js';
import { type Decoder, decodedUnless } from '../decoder.js';
import { anyDigest, anyFileId, anyKeeperId, anyName, anyNonce, anyUploadId } from './ids.js';

const shared = {
  fileId: anyFileId,
  keeper: anyKeeperId,
  incarnation: fc.maxSafeNat(),
  epoch: fc.maxSafeNat(),
  size: fc.maxSafeNat(),
  expiresAtMs: fc.maxSafeNat(),
  nonce: anyNonce,
  keyId: fc.nat(2 ** 32 - 1),
};
const anyBearer = fc.record({ role: fc.constantFrom(...roles), name: anyKeeperId }).map(bearerOf);
const label = fc.record({
  name: anyName,
  target: fc.nat(9),
  createdAt: fc.maxSafeNat().map(wallMs),
});

export const anyClaims: fc.Arbitrary<TicketClaims> = fc.oneof(
  fc.record(
    { operation: fc.constant('put'), uploadId: anyUploadId, label, bearer: anyBearer, ...shared },
    { requiredKeys: ['operation', 'uploadId', ...keysOf(shared)] },
  ),
  fc.record(
    {
      operation: fc.constant('get'),
      digest: anyDigest,
      forCopy: fc.constant(true),
      bearer: anyBearer,
      ...shared,
    },
    { requiredKeys: ['operation', 'digest', ...keysOf(shared)] },
  ),
);

export const ticketClaims: Decoder<TicketClaims> = {
  name: 'ticket-claims',
  valid: anyClaims.map(encodeClaims),
  decode: (bytes) => decodedUnless('not-allowed', () => decodeClaims(bytes)),
  encode: encodeClaims,
};

function keysOf<Fields extends object>(fields: Fields): (keyof Fields)[] {
  return Object.keys(fields) as (keyof Fields)[];
}
