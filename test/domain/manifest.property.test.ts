import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeManifest, encodeManifest } from '../../src/domain/manifest.js';
import { seed } from '../seed.js';
import { aManifest, anyManifest, sha256 } from './a-manifest.js';

describe(`manifest codec (seed ${seed})`, () => {
  it('gives back every manifest as it was', () => {
    fc.assert(
      fc.property(anyManifest, (manifest) => {
        const verdict = decodeManifest(encodeManifest(manifest, sha256), sha256);

        expect(verdict).toEqual({ ok: true, manifest });
      }),
      { seed },
    );
  });

  it('refuses every truncation of a manifest', () => {
    const bytes = encodeManifest(aManifest(), sha256);

    for (let length = 0; length < bytes.length; length += 1)
      expect(decodeManifest(bytes.subarray(0, length), sha256)).toMatchObject({ ok: false });
  });

  it('refuses a manifest with any bit flipped', () => {
    fc.assert(
      fc.property(anyManifest, fc.nat(), fc.nat(7), (manifest, at, bit) => {
        const bytes = encodeManifest(manifest, sha256);
        const index = at % bytes.length;
        bytes[index] = (bytes[index] ?? 0) ^ (1 << bit);

        expect(decodeManifest(bytes, sha256)).toMatchObject({ ok: false });
      }),
      { seed, numRuns: 500 },
    );
  });

  it('refuses a manifest with any byte flipped', () => {
    const bytes = encodeManifest(aManifest(), sha256);

    for (let at = 0; at < bytes.length; at += 1) {
      const flipped = bytes.map((byte, index) => (index === at ? byte ^ 0xff : byte));
      expect(decodeManifest(flipped, sha256)).toMatchObject({ ok: false });
    }
  });

  it('refuses any other bytes without failing', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
        expect(decodeManifest(bytes, sha256).ok).toBe(false);
      }),
      { seed },
    );
  });

  it('refuses a manifest that has anything after its end', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1, maxLength: 64 }), (more) => {
        const bytes = encodeManifest(aManifest(), sha256);

        expect(decodeManifest(Buffer.concat([bytes, more]), sha256).ok).toBe(false);
      }),
      { seed },
    );
  });
});
