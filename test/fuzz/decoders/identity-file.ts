import assert from 'node:assert/strict';
import fc from 'fast-check';
import {
  identityText,
  type KeeperIdentity,
  parseIdentity,
} from '../../../src/storage/identity-file.js';
import { storageLimits } from '../../../src/storage/limits.js';
import { type Decoder, decodedUnless } from '../decoder.js';
import { deepJson } from './deep-json.js';
import { anyClusterId, anyKeeperId } from './ids.js';

const anyIdentity: fc.Arbitrary<KeeperIdentity> = fc.record({
  keeperId: anyKeeperId,
  clusterId: fc.option(anyClusterId),
  incarnation: fc.maxSafeNat(),
  highestEpoch: fc.maxSafeNat(),
  highestCommit: fc.maxSafeNat(),
  terms: fc.array(fc.record({ termId: fc.string(), commit: fc.maxSafeNat() }), { maxLength: 4 }),
});

function encode(identity: KeeperIdentity): Buffer {
  const bytes = Buffer.from(identityText(identity));
  assert(bytes.length < storageLimits.identityRoomBytes, 'it fits into its room');
  return bytes;
}

/** `keeper.json`. */
export const identityFile: Decoder<KeeperIdentity> = {
  name: 'identity-file',
  valid: anyIdentity.map(encode),
  decode: (bytes) =>
    decodedUnless('integrity', () => parseIdentity('keeper.json', bytes.toString('utf8'))),
  encode,
  hard: () => [
    ...deepJson(storageLimits.identityBytesMax),
    // More terms than can be written again.
    Buffer.from(
      JSON.stringify({
        format: 1,
        keeperId: 'k',
        clusterId: null,
        incarnation: 1,
        highestEpoch: 1,
        highestCommit: 1,
        terms: Array(600).fill({ termId: 't'.repeat(16), commit: 1 }),
      }),
    ),
  ],
};
