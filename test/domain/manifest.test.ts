import { describe, expect, it } from 'vitest';
import { digestBytes } from '../../src/domain/chunk-plan.js';
import { digest } from '../../src/domain/ids.js';
import {
  chunkDigest,
  decodeManifest,
  encodeManifest,
  manifestVersion,
} from '../../src/domain/manifest.js';
import { aManifest, sha256 } from './a-manifest.js';

const versionAt = 8;
const headerLengthAt = 12;
const headerAt = 16;

describe('manifest', () => {
  it('gives the digest of each chunk', () => {
    const manifest = aManifest();

    expect(chunkDigest(manifest, 1)).toEqual(
      manifest.chunkDigests.slice(digestBytes, 2 * digestBytes),
    );
  });

  it('keeps an empty file, which has no chunk', () => {
    const manifest = aManifest({ size: 0 });

    expect(decodeManifest(encodeManifest(manifest, sha256), sha256)).toEqual({
      ok: true,
      manifest,
    });
  });

  it('says that a manifest is of a newer version', () => {
    const bytes = encodeManifest(aManifest(), sha256);
    new DataView(bytes.buffer).setUint32(versionAt, manifestVersion + 1);

    expect(decodeManifest(reseal(bytes), sha256)).toEqual({
      ok: false,
      reason: 'the manifest is of a newer version, 2',
    });
  });

  it('refuses a header length beyond the manifest before it hashes anything', () => {
    const bytes = encodeManifest(aManifest(), sha256);
    new DataView(bytes.buffer).setUint32(headerLengthAt, 0xffffffff);

    const verdict = decodeManifest(bytes, () => {
      throw new Error('hashed');
    });

    expect(verdict).toEqual({
      ok: false,
      reason: 'the header of the manifest is longer than can be',
    });
  });

  it('refuses a header that is not JSON, though its checksum is right', () => {
    const bytes = encodeManifest(aManifest(), sha256);
    bytes[headerAt] = 0x7d;

    expect(decodeManifest(reseal(bytes), sha256)).toEqual({
      ok: false,
      reason: 'the header of the manifest cannot be read',
    });
  });

  it('refuses chunk digests that do not make up the digest of the file', () => {
    const bytes = encodeManifest(aManifest(), sha256);
    const lastDigestAt = bytes.length - digestBytes - 1;
    bytes[lastDigestAt] = (bytes[lastDigestAt] ?? 0) ^ 1;

    expect(decodeManifest(reseal(bytes), sha256)).toEqual({
      ok: false,
      reason: 'the digest in the manifest is not that of its chunks',
    });
  });

  it('refuses one chunk digest too few', () => {
    const bytes = encodeManifest(aManifest(), sha256);
    const shorter = bytes.slice(0, bytes.length - digestBytes);

    expect(decodeManifest(reseal(shorter), sha256)).toEqual({
      ok: false,
      reason: 'the manifest has not one digest for each chunk',
    });
  });

  it('does not encode a digest that is not that of the chunks', () => {
    const wrong = aManifest({ digest: digest('00'.repeat(32)) });

    expect(() => encodeManifest(wrong, sha256)).toThrow('the digest is that of the chunk digests');
  });
});

/** With the checksum made right again. */
function reseal(bytes: Uint8Array): Uint8Array {
  const checked = bytes.subarray(0, bytes.length - digestBytes);
  return Buffer.concat([checked, sha256(checked)]);
}
