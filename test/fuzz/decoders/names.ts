/** What is told in a line of text. */
import fc from 'fast-check';
import { type Address, formatAddress, parseAddress } from '../../../src/domain/address.js';
import { wallMs } from '../../../src/domain/ids.js';
import { acceptName } from '../../../src/domain/names.js';
import {
  authorityUri,
  type Principal,
  parseAuthority,
  parsePrincipal,
  principalUri,
  roles,
} from '../../../src/domain/principal.js';
import type { Snapshot } from '../../../src/domain/table-snapshot.js';
import { parseObjectName, parseStagedName } from '../../../src/storage/layout.js';
import { nameSnapshot, parseSnapshotName } from '../../../src/storage/snapshot-name.js';
import { type Decoder, decoded, decodedUnlessUndefined, refused } from '../decoder.js';
import { anyClusterId, anyFileId, anyKeeperId, anyName, anyUploadId } from './ids.js';

/** Pieces of which a long text is made: what takes their square shows. */
const hardPieces = 100_000;
const utf8 = (text: string): Buffer => Buffer.from(text, 'utf8');

/** As UTF-16, in which every text has a form, the ones that no UTF-8 can tell included. */
export const fileName: Decoder<string> = {
  name: 'file-name',
  valid: fc
    .array(anyName, { minLength: 1, maxLength: 4 })
    .map((parts) => acceptName(parts.join('/')))
    .filter((verdict) => verdict.ok)
    .map(({ name }) => Buffer.from(name, 'utf16le')),
  decode(bytes) {
    const verdict = acceptName(bytes.toString('utf16le'));
    return verdict.ok ? decoded(verdict.name) : refused(verdict.reason);
  },
  encode: (name) => Buffer.from(name, 'utf16le'),
  hard: () =>
    ['\u0300\u0316', 'a/', '\ud800', '/'].map((piece) =>
      Buffer.from(piece.repeat(hardPieces), 'utf16le'),
    ),
};

const anyPrincipal: fc.Arbitrary<Principal> = fc.record({
  clusterId: anyClusterId,
  role: fc.constantFrom(...roles),
  name: anyKeeperId,
});

export const principal: Decoder<Principal> = {
  name: 'principal',
  valid: fc
    .tuple(anyPrincipal, fc.constantFrom('', 'DNS:localhost, '))
    .map(([who, others]) => utf8(`${others}URI:${principalUri(who)}`)),
  decode: (bytes) => decodedUnlessUndefined(parsePrincipal(bytes.toString('utf8'))),
  encode: (who) => utf8(`URI:${principalUri(who)}`),
  hard: () => ['URI:reelkeep://, ', ', ', '/'].map((piece) => utf8(piece.repeat(hardPieces))),
};

export const authority: Decoder<Principal['clusterId']> = {
  name: 'authority',
  valid: anyClusterId.map((cluster) => utf8(`URI:${authorityUri(cluster)}`)),
  decode: (bytes) => decodedUnlessUndefined(parseAuthority(bytes.toString('utf8'))),
  encode: (cluster) => utf8(`URI:${authorityUri(cluster)}`),
};

export const address: Decoder<Address> = {
  name: 'address',
  valid: fc
    .record({
      host: fc.oneof(fc.domain(), fc.ipV4(), fc.ipV6()),
      port: fc.integer({ min: 0, max: 65_535 }),
    })
    .map((told) => utf8(formatAddress(told))),
  decode: (bytes) => decodedUnlessUndefined(parseAddress(bytes.toString('utf8'))),
  encode: (told) => utf8(formatAddress(told)),
  hard: () => ['1', ':', '[', 'a:'].map((piece) => utf8(`${piece.repeat(hardPieces)}:1`)),
};

const count = fc.nat(10 ** 9);

export const snapshotName: Decoder<Snapshot> = {
  name: 'snapshot-name',
  valid: fc
    .record({
      takenAt: fc.nat(4 * 10 ** 12).map(wallMs),
      epoch: count,
      commit: count,
      files: count,
    })
    .map((snapshot) => utf8(nameSnapshot(snapshot).name)),
  decode: (bytes) => decodedUnlessUndefined(parseSnapshotName(bytes.toString('utf8'))),
  encode: ({ name }) => utf8(name),
};

/** In `objects`, `quarantine` and `staging` of a keeper. */
export const objectName: Decoder = {
  name: 'object-name',
  valid: fc
    .record({
      id: anyFileId,
      upload: fc.option(anyUploadId),
      ending: fc.constantFrom('mp4', 'manifest'),
    })
    .map(({ id, upload, ending }) => utf8([id, ...(upload ? [upload] : []), ending].join('.')))
    .filter((name) => !/\.[0-9a-f]{32}\.mp4$/.test(name.toString())),
  decode(bytes) {
    const name = bytes.toString('utf8');
    return decodedUnlessUndefined(parseObjectName(name) ?? parseStagedName(name));
  },
};
