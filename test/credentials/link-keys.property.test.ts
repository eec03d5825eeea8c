import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  LinkKeys,
  type LinkPurpose,
  linkKeysText,
  newLinkKey,
} from '../../src/credentials/link-keys.js';
import { rights } from '../../src/domain/policy.js';
import type { SessionClaims } from '../../src/domain/session-claims.js';
import { seed } from '../seed.js';

const directory = mkdtempSync(join(tmpdir(), 'reelkeep-keys-'));
let keys: LinkKeys;

beforeAll(async () => {
  const path = join(directory, 'link-keys.json');
  writeFileSync(path, linkKeysText([newLinkKey()]), { mode: 0o600 });
  keys = await LinkKeys.open(path, () => undefined);
});
afterAll(() => {
  keys.close();
  rmSync(directory, { recursive: true });
});

const anyPurpose = fc.constantFrom<LinkPurpose>('link', 'session');
const anyClaims: fc.Arbitrary<SessionClaims> = fc.record({
  id: fc.stringMatching(/^[0-9a-f]{16}$/),
  label: fc.stringMatching(/^[A-Za-z0-9][A-Za-z0-9 ._@-]{0,20}$/),
  may: fc.subarray([...rights], { minLength: 1 }),
  prefix: fc.string({ maxLength: 40 }),
  notAfter: fc.integer({ min: 1 }),
});

describe('a link, and the session that came of it', () => {
  it('is void with any bit of it flipped', () => {
    fc.assert(
      fc.property(anyPurpose, anyClaims, fc.nat(), fc.nat(7), (purpose, claims, at, bit) => {
        const bytes = Buffer.from(keys.sign(purpose, claims));
        const where = at % bytes.length;
        bytes.writeUInt8(bytes.readUInt8(where) ^ (1 << bit), where);

        expect(keys.verify(purpose, bytes.toString('latin1'), 0).ok).toBe(false);
      }),
      { seed, numRuns: 2_000 },
    );
  });

  it('is void cut off anywhere, or with anything behind it', () => {
    fc.assert(
      fc.property(
        anyPurpose,
        anyClaims,
        fc.nat(),
        fc.string({ minLength: 1 }),
        (purpose, claims, at, more) => {
          const token = keys.sign(purpose, claims);

          expect(keys.verify(purpose, token.slice(0, at % token.length), 0).ok).toBe(false);
          expect(keys.verify(purpose, token + more, 0).ok).toBe(false);
        },
      ),
      { seed },
    );
  });

  it('says exactly what was signed', () => {
    fc.assert(
      fc.property(anyPurpose, anyClaims, (purpose, claims) => {
        const token = keys.sign(purpose, claims);

        expect(keys.verify(purpose, token, claims.notAfter - 1)).toEqual({ ok: true, claims });
      }),
      { seed },
    );
  });
});
