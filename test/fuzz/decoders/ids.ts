/** Ids that decoders take. */
import fc from 'fast-check';
import { clusterId, digest, fileId, keeperId, uploadId } from '../../../src/domain/ids.js';

const hexOf = (bytes: number): fc.Arbitrary<string> =>
  fc
    .uint8Array({ minLength: bytes, maxLength: bytes })
    .map((drawn) => Buffer.from(drawn).toString('hex'));

export const anyNonce = hexOf(16);
export const anyFileId = hexOf(16).map(fileId);
export const anyUploadId = hexOf(16).map(uploadId);
export const anyClusterId = hexOf(16).map(clusterId);
export const anyDigest = hexOf(32).map(digest);
export const anyKeeperId = fc.stringMatching(/^[a-z0-9-]{1,64}$/).map(keeperId);
export const anyName = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 40 });
