import fc from 'fast-check';
import { newLinkKey, signClaims, verifyClaims } from '../../../src/credentials/link-keys.js';
import { rights } from '../../../src/domain/policy.js';
import type { SessionClaims } from '../../../src/domain/session-claims.js';
import { type Decoder, decoded, refused } from '../decoder.js';

const key = newLinkKey();
const encode = (claims: SessionClaims): Buffer => Buffer.from(signClaims(key, 'link', claims));

const anyClaims: fc.Arbitrary<SessionClaims> = fc.record({
  id: fc.stringMatching(/^[0-9a-f]{16}$/),
  label: fc.stringMatching(/^[A-Za-z0-9][A-Za-z0-9 ._@-]{0,20}$/),
  may: fc.subarray([...rights], { minLength: 1 }),
  prefix: fc.string({ maxLength: 40 }),
  notAfter: fc.integer({ min: 1 }),
});

/** What stands behind the `#` of a link; a session has the same form. */
export const link: Decoder<SessionClaims> = {
  name: 'link',
  valid: anyClaims.map(encode),
  decode(bytes) {
    const verdict = verifyClaims([key], 'link', bytes.toString('latin1'), 0);
    return verdict.ok ? decoded(verdict.claims) : refused(verdict.reason);
  },
  encode,
  mayBecome: () => false,
  hard: () => ['rk1.', '.', 'A'].map((piece) => Buffer.from(piece.repeat(100_000))),
};
