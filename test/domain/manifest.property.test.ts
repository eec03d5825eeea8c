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
