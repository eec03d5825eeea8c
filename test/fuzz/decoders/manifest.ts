import { isDeepStrictEqual } from 'node:util';
import {
  decodeManifest,
  encodeManifest,
  type Manifest,
  manifestVersion,
} from '../../../src/domain/manifest.js';
import { anyManifest, sha256 } from '../../domain/a-manifest.js';
import { type Decoder, decoded, type Outcome, refused } from '../decoder.js';
import { deepJson } from './deep-json.js';

const checksumBytes = 32;
const headerBytesMax = 64 * 1024;
const valid = anyManifest.map((manifest) => encodeManifest(manifest, sha256));

function decode(bytes: Uint8Array): Outcome<Manifest> {
  const verdict = decodeManifest(bytes, sha256);
  return verdict.ok ? decoded(verdict.manifest) : refused(verdict.reason);
}

export const manifest: Decoder<Manifest> = {
  name: 'manifest',
  valid,
  decode,
  encode: (value) => encodeManifest(value, sha256),
  mayBecome: isDeepStrictEqual,
};

/** What stands before the checksum, which is made right: it is no protection from whoever knows the format. */
export const manifestBody: Decoder<Manifest> = {
  name: 'manifest-body',
  valid: valid.map((bytes) => bytes.subarray(0, bytes.length - checksumBytes)),
  decode: (body) => decode(Buffer.concat([body, sha256(body)])),
  encode: (value) => encodeManifest(value, sha256).subarray(0, -checksumBytes),
  hard: () => deepJson(headerBytesMax).map(withHeader),
};

/** Before which nothing else is wrong. */
function withHeader(header: Uint8Array): Buffer {
  const numbers = Buffer.alloc(8);
  numbers.writeUInt32BE(manifestVersion);
  numbers.writeUInt32BE(header.length, 4);
  return Buffer.concat([Buffer.from('reelkeep'), numbers, header]);
}
